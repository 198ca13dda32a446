"use strict";
// Texts come from plugins and logs: they only ever enter the page as textContent.
(async () => {
  const $ = (id) => document.getElementById(id);
  const el = (tag, text, more) => {
    const e = document.createElement(tag);
    if (text !== undefined) e.textContent = text;
    return Object.assign(e, more);
  };
  const unpack = (text) => {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const raw = atob(text), out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
    return out;
  };
  const bytes = unpack($("data").textContent);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const data = JSON.parse(await new Response(stream).text());
  const T = data.trials, n = (T.keys ??= []).length;
  T.metrics ??= [];
  const word = (c, i) => c.words[c.at[i]];
  const show = (x) => x === null || x === undefined ? "" : String(Number(x.toPrecision(5)));
  const short = (key) => key.slice(0, 12);
  const quote = (s) => /^[\w.\/@%+=:,-]+$/.test(s) ? s : "'" + s.replaceAll("'", "'\\''") + "'";

  // The dialog: what is behind a number, and what is known of a trial.
  const dialog = $("more"), body = $("more-body");
  const open = (title, parts) => {
    $("more-h").textContent = title;
    body.replaceChildren(...parts);
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  };
  const list = (heads, lines, label) => {
    const t = el("table"), head = el("tr"), tb = el("tbody");
    for (const h of heads) head.append(el("th", h, { scope: "col" }));
    for (const l of lines) {
      const tr = el("tr");
      for (const x of l) { const td = el("td"); td.append(x); tr.append(td); }
      tb.append(tr);
    }
    t.append(el("thead")); t.tHead.append(head); t.append(tb);
    const box = el("div", undefined, { className: "scroll", tabIndex: 0 });
    box.setAttribute("role", "region"); box.setAttribute("aria-label", label); box.append(t);
    return box;
  };
  const link = (i) => {
    if (i < 0) return "not in the records";
    const b = el("button", short(T.keys[i]), { type: "button" });
    b.addEventListener("click", () => trial(i));
    return b;
  };
  const trial = (i) => {
    const key = T.keys[i];
    const facts = [["method", word(T.method, i)], ["variant", word(T.variant, i)], ["dataset", word(T.dataset, i)], ["fold", word(T.fold, i)],
      ["role", word(T.role, i)], ["seed", T.seeds[i]], ["status", word(T.status, i)], ["CPU time", show(T.cpu[i]) + " s"], ["trial", key]].filter((f) => f[1] !== "");
    const settings = Object.entries(JSON.parse(word(T.settings, i)) ?? {}).map(([k, v]) => [k, JSON.stringify(v)]);
    const values = T.metrics.filter((m) => m.values[i] !== null).map((m) => [m.name, m.split, show(m.values[i])]);
    const parts = [list(["", ""], facts, "Facts"), el("h3", "Run it again and compare"), el("code", `assay trial verify ${short(key)} --sweep ${quote(data.file)}`),
      el("code", `assay trial show ${short(key)}`)];
    if (values.length) parts.push(el("h3", "Metrics"), list(["metric", "split", "value"], values, "Metrics"));
    if (settings.length) parts.push(el("h3", "Settings"), list(["setting", "value"], settings, "Settings"));
    open("Trial " + short(key), parts);
  };
  const cell = (c) => {
    const parts = c.words.map((w) => el("p", w));
    const lines = (c.values ?? []).map((v, i) => [c.seeds?.[i] ?? "", String(v), c.trials ? link(c.trials[i]) : ""]);
    for (const f of c.failed ?? []) lines.push([f < 0 ? "" : T.seeds[f], "failed", link(f)]);
    if (lines.length) parts.push(list(["seed", "value", "trial"], lines, "Trials"));
    open(c.title, parts);
  };
  document.addEventListener("click", (e) => {
    const b = e.target.closest("button");
    if (b?.dataset.cell !== undefined) cell(data.cells[b.dataset.table][b.dataset.cell]);
    else if (b?.dataset.group !== undefined) { only = new Set(data.groups[b.dataset.group]); refresh(); $("list").scrollIntoView(); $("list").focus(); }
  });

  // The list of trials: rows of one height, of which only those in sight exist.
  const cols = [{ head: "trial", get: (i) => T.keys[i], show: (i) => link(i) },
    ...["method", "variant", "dataset", "fold", "role"].filter((k) => T[k].words?.some((w) => w !== "")).map((k) => ({ head: k, get: (i) => word(T[k], i) })),
    { head: "seed", get: (i) => Number(T.seeds[i]), show: (i) => T.seeds[i] }, { head: "status", get: (i) => word(T.status, i) },
    ...T.metrics.map((m) => ({ head: `${m.name}, ${m.split}`, get: (i) => m.values[i], show: (i) => show(m.values[i]) })),
    { head: "CPU s", get: (i) => T.cpu[i], show: (i) => show(T.cpu[i]) }];
  const box = $("list"), rows = $("rows"), height = 30;
  let order = [], only = null, by = -1, down = false;
  const head = el("tr");
  cols.forEach((c, k) => {
    const th = el("th", undefined, { scope: "col" }), b = el("button", c.head, { type: "button" });
    b.addEventListener("click", () => { down = by === k && !down; by = k; refresh(); });
    th.append(b); head.append(th);
  });
  rows.tHead.append(head);
  for (const k of ["method", "dataset", "status"]) {
    const s = $("by-" + k);
    s.append(el("option", "all", { value: "" }));
    (T[k].words ?? []).forEach((w, i) => s.append(el("option", w, { value: String(i) })));
    s.addEventListener("change", () => { only = null; refresh(); });
  }
  $("words").addEventListener("input", () => { only = null; refresh(); });
  $("filters").addEventListener("submit", (e) => e.preventDefault());
  const refresh = () => {
    const picked = ["method", "dataset", "status"].map((k) => [T[k], $("by-" + k).value]).filter((p) => p[1] !== "").map(([c, v]) => [c, Number(v)]);
    const sought = $("words").value.toLowerCase().split(/\s+/).filter(Boolean);
    order = [];
    for (let i = 0; i < n; i++) {
      if (only && !only.has(i) || !only && picked.some(([c, v]) => c.at[i] !== v)) continue;
      if (!only && sought.length) {
        const text = [T.keys[i], word(T.method, i), word(T.variant, i), word(T.dataset, i), word(T.role, i), word(T.settings, i)].join(" ").toLowerCase();
        if (!sought.every((w) => text.includes(w))) continue;
      }
      order.push(i);
    }
    if (by >= 0) {
      const get = cols[by].get, sign = down ? -1 : 1;
      order.sort((a, b) => {
        const x = get(a), y = get(b);
        if (x === null || y === null) return (x === null) - (y === null); // those without stay last
        return x < y ? -sign : x > y ? sign : a - b;
      });
    }
    [...head.children].forEach((th, k) => k === by ? th.setAttribute("aria-sort", down ? "descending" : "ascending") : th.removeAttribute("aria-sort"));
    $("count").textContent = `${order.length} of ${n} trials`;
    rows.setAttribute("aria-rowcount", order.length + 1);
    box.scrollTop = 0; from = -1;
    draw();
  };
  let from = -1;
  const draw = () => {
    const shown = Math.ceil(box.clientHeight / height) + 20;
    const first = Math.max(0, Math.min(order.length - shown, Math.floor(box.scrollTop / height) - 10));
    if (first === from) return;
    from = first;
    const end = Math.min(order.length, first + shown), out = [];
    const gap = (lines) => {
      const tr = el("tr", undefined, { className: "gap" }); tr.style.height = lines * height + "px"; tr.setAttribute("aria-hidden", "true");
      return tr;
    };
    if (first > 0) out.push(gap(first));
    for (let k = first; k < end; k++) {
      const tr = el("tr");
      tr.setAttribute("aria-rowindex", k + 2);
      for (const c of cols) { const td = el("td"); td.append((c.show ?? c.get)(order[k])); tr.append(td); }
      out.push(tr);
    }
    if (end < order.length) out.push(gap(order.length - end));
    rows.tBodies[0].replaceChildren(...out);
  };
  box.addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
  new ResizeObserver(() => { from = -1; draw(); }).observe(box);
  refresh();

  // Figures. Their tooltips are drawn into the canvas, where a text stays a text.
  const dark = matchMedia("(prefers-color-scheme: dark)"), paper = matchMedia("print");
  const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#888888"];
  const figures = [];
  const figure = (title, about, option) => {
    const f = el("figure"), d = el("div", undefined, { className: "chart" });
    const cap = el("figcaption", about);
    d.setAttribute("role", "img"); d.setAttribute("aria-label", title + ". " + about);
    f.append(el("h3", title), d, cap);
    const it = { d, option, f, chart: null };
    it.draw = () => {
      const ink = dark.matches && !paper.matches ? "#e8e8e8" : "#1a1a1a";
      it.chart ??= assayCharts.init(d, null, { renderer: "canvas" });
      it.chart.setOption({ animation: false, color: palette, backgroundColor: "transparent", textStyle: { color: ink, fontFamily: "system-ui, DejaVu Sans, sans-serif" },
        ...it.option(ink) }, true);
    };
    figures.push(it);
    seen.observe(d);
    new ResizeObserver(() => it.chart?.resize()).observe(d);
    return f;
  };
  // A chart is drawn when it comes into sight.
  const seen = new IntersectionObserver((entries) => {
    for (const e of entries) if (e.isIntersecting) { figures.find((x) => x.d === e.target)?.draw(); seen.unobserve(e.target); }
  }, { rootMargin: "200px" });
  dark.addEventListener("change", () => figures.forEach((x) => x.chart && x.draw()));
  addEventListener("beforeprint", () => figures.forEach((x) => x.draw()));
  const tip = { renderMode: "richText", confine: true };
  const axis = (ink, name, more) => ({ name, nameLocation: "middle", nameGap: 28, type: "value", scale: true, axisLabel: { color: ink }, nameTextStyle: { color: ink }, splitLine: { lineStyle: { opacity: .25 } }, ...more });
  const charts = $("charts");

  for (const c of data.curves) {
    charts.append(figure(`${c.metric} while training on ${c.dataset}`, "Means over seeds; bands from the lowest to the highest seed.", (ink) => ({
      tooltip: { ...tip, trigger: "axis" }, legend: { type: "scroll", textStyle: { color: ink }, data: c.lines.map((l) => l.name) }, grid: { left: 60, right: 20, top: 40, bottom: 50 },
      xAxis: axis(ink, "step"), yAxis: axis(ink, c.metric, { nameGap: 42 }),
      series: c.lines.flatMap((l, k) => [
        { name: l.name, type: "line", showSymbol: l.steps.length < 2, itemStyle: { color: palette[k % palette.length] }, data: l.steps.map((s, i) => [s, l.mean[i]]) },
        { name: l.name, type: "line", silent: true, stack: "band" + k, stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 }, tooltip: { show: false }, data: l.steps.map((s, i) => [s, l.band[i][0]]) },
        { name: l.name, type: "line", silent: true, stack: "band" + k, stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 }, tooltip: { show: false }, areaStyle: { color: palette[k % palette.length], opacity: .18 }, data: l.steps.map((s, i) => [s, l.band[i][1] - l.band[i][0]]) }]),
    })));
  }

  // Settings that vary within a method, against a metric.
  const parsed = (T.settings.words ?? []).map((w) => JSON.parse(w) ?? {});
  const varied = [];
  (T.method.words ?? []).forEach((name, m) => {
    const of = [];
    for (let i = 0; i < n; i++) if (T.method.at[i] === m) of.push(i);
    const keys = new Map();
    for (const s of new Set(of.map((i) => T.settings.at[i]))) for (const [k, v] of Object.entries(parsed[s])) {
      if (!keys.has(k)) keys.set(k, new Set());
      keys.get(k).add(JSON.stringify(v));
    }
    const vary = [...keys].filter(([, v]) => v.size > 1).map(([k]) => k);
    if (vary.length) varied.push({ name, of, keys: vary });
  });
  if (varied.length && T.metrics.length) {
    const form = el("form", undefined, { className: "pick" });
    const pick = (label, options) => {
      const l = el("label", label + " "), s = el("select");
      options.forEach((o, i) => s.append(el("option", o, { value: String(i) })));
      l.append(s); form.append(l);
      return s;
    };
    form.addEventListener("submit", (e) => e.preventDefault());
    const which = pick("Method", varied.map((v) => v.name)), what = pick("Metric", T.metrics.map((m) => `${m.name}, ${m.split}`)), setting = pick("Setting", varied[0].keys);
    const best = T.metrics.findIndex((m) => m.goal !== "none" && m.split !== "train");
    what.value = String(Math.max(0, best));
    const asAxis = (of, k) => {
      const all = of.map((i) => parsed[T.settings.at[i]][k]);
      if (all.every((x) => typeof x === "number")) {
        const lo = Math.min(...all), hi = Math.max(...all);
        return { type: lo > 0 && hi / lo >= 50 ? "log" : "value", get: (x) => x };
      }
      const names = [...new Set(all.map((x) => x === undefined ? "not set" : JSON.stringify(x)))];
      return { type: "category", names, get: (x) => names.indexOf(x === undefined ? "not set" : JSON.stringify(x)) };
    };
    const now = () => {
      const v = varied[which.value], m = T.metrics[what.value], key = v.keys[setting.value] ?? v.keys[0];
      return { v, m, key, of: v.of.filter((i) => m.values[i] !== null) };
    };
    charts.append(form, figure("Sensitivity", "One point for each trial: a setting against a metric.", (ink) => {
      const { m, key, of } = now(), a = asAxis(of, key);
      return { tooltip: { ...tip, formatter: (p) => short(T.keys[of[p.dataIndex]]) + ": " + show(m.values[of[p.dataIndex]]) }, grid: { left: 64, right: 20, top: 20, bottom: 50 },
        xAxis: axis(ink, key, { type: a.type, data: a.names }), yAxis: axis(ink, m.name, { nameGap: 46 }),
        series: [{ type: "scatter", symbolSize: 7, large: of.length > 5000, data: of.map((i) => [a.get(parsed[T.settings.at[i]][key]), m.values[i]]) }] };
    }), figure("Parallel coordinates", "One line for each trial through its settings to the metric; at most 2,000 lines.", (ink) => {
      const { v, m, of } = now(), some = of.slice(0, 2000), axes = v.keys.slice(0, 9).map((k) => ({ k, a: asAxis(some, k) }));
      const dims = axes.map(({ k, a }, i) => ({ dim: i, name: k, type: a.type, data: a.names }));
      dims.push({ dim: axes.length, name: m.name, type: "value", scale: true });
      const vals = some.map((i) => m.values[i]);
      return { visualMap: { show: false, dimension: axes.length, min: Math.min(...vals), max: Math.max(...vals), inRange: { color: ["#56b4e9", "#0072b2", "#d55e00"] } },
        parallel: { left: 50, right: 90, top: 40, bottom: 30, parallelAxisDefault: { nameTextStyle: { color: ink }, axisLabel: { color: ink } } }, parallelAxis: dims,
        series: [{ type: "parallel", lineStyle: { width: 1, opacity: .5 }, data: some.map((i) => [...axes.map(({ k, a }) => a.get(parsed[T.settings.at[i]][k])), m.values[i]]) }] };
    }));
    const redraw = () => figures.slice(-2).forEach((x) => x.chart && x.draw());
    which.addEventListener("change", () => {
      setting.replaceChildren(...varied[which.value].keys.map((k, i) => el("option", k, { value: String(i) })));
      redraw();
    });
    what.addEventListener("change", redraw); setting.addEventListener("change", redraw);
  }
  if (!charts.children.length) $("figures").hidden = true;
  performance.mark("ready");
  document.documentElement.dataset.ready = "yes";
})();
