"use strict";
// What happens now, above the page of what is recorded. Texts of plugins enter as text.
(() => {
  const $ = (id) => document.getElementById(id);
  const el = (tag, text) => { const e = document.createElement(tag); if (text !== undefined) e.textContent = text; return e; };
  const span = (s) => s < 90 ? Math.round(s) + " s" : s < 5400 ? Math.round(s / 60) + " min" : (s / 3600).toFixed(1) + " h";
  const began = Number(document.body.dataset.ended);
  let state = null, curves = new Map(), charts = new Map(), dirty = false;

  const show = () => {
    const s = state, left = s.total - s.done;
    $("now-bar").max = Math.max(1, s.total); $("now-bar").value = s.done;
    let words = `${s.done} of ${s.total} trials, ${s.failed} failed`;
    if (s.stage) {
      words += s.stage === "running" ? ", running" : ", " + s.stage;
      if (s.done > 0 && left > 0 && s.elapsed_s) words += `, ${Math.round(3600 * s.done / s.elapsed_s)} an hour, about ${span(s.elapsed_s * left / s.done)} left`;
    } else words += "; no run of this machine is at work on it";
    $("now-words").textContent = words;
    $("now-note").textContent = s.note ?? "";
    $("now-drain").disabled = s.stage !== "running"; $("now-stop").disabled = !s.stage;
    const body = $("now-running").tBodies[0];
    body.replaceChildren(...(s.running ?? []).map((r) => {
      const tr = el("tr"), p = r.progress, th = el("th", r.label);
      th.scope = "row";
      tr.append(th, el("td", r.node ?? ""), el("td", span((Date.now() - Date.parse(r.started)) / 1000)), el("td", p ? p.stage : "start"),
        el("td", p?.unit ? `${p.done ?? 0}${p.total ? " of " + p.total : ""} ${p.unit}` : ""));
      return tr;
    }));
    $("now-running").hidden = !(s.running ?? []).length;
    // Counts of a run are its own, those of the record the sweep's.
    const more = s.stage ? s.done - (show.first ??= s.done) : s.done + s.failed - began;
    $("now-more").hidden = more <= 0;
    $("now-more-words").textContent = more > 0 ? `${more} ${more === 1 ? "trial has" : "trials have"} ended since this page was made.` : "";
  };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#888888"];
  const draw = () => {
    dirty = false;
    const ink = dark.matches ? "#e8e8e8" : "#1a1a1a", running = new Set((state?.running ?? []).map((r) => r.attempt));
    for (const [metric, lines] of curves) {
      for (const [attempt] of lines) if (running.size && !running.has(attempt) && lines.size > 12) lines.delete(attempt); // room for those that run
      if (!charts.has(metric)) {
        if (charts.size >= 12) continue;
        const f = el("figure"), d = el("div");
        d.className = "chart"; d.setAttribute("role", "img"); d.setAttribute("aria-label", metric + " of the trials that run, by step");
        f.append(el("h3", metric), d, el("figcaption", "A line for each trial, while it trains."));
        $("now-charts").append(f);
        const c = assayCharts.init(d, null, { renderer: "canvas" });
        new ResizeObserver(() => c.resize()).observe(d);
        charts.set(metric, c);
      }
      const axis = { type: "value", scale: true, axisLabel: { color: ink }, nameTextStyle: { color: ink }, splitLine: { lineStyle: { opacity: .25 } } };
      charts.get(metric).setOption({ animation: false, color: palette, backgroundColor: "transparent", textStyle: { color: ink }, tooltip: { renderMode: "richText", confine: true, trigger: "axis" },
        legend: { type: "scroll", top: 0, textStyle: { color: ink } }, grid: { left: 64, right: 20, top: 40, bottom: 40 }, xAxis: { ...axis, name: "step", nameLocation: "middle", nameGap: 26 }, yAxis: axis,
        series: [...lines.values()].map((l) => ({ name: l.label, type: "line", showSymbol: l.data.length < 3, data: l.data })) }, true);
    }
    document.documentElement.dataset.points = [...curves.values()].reduce((n, lines) => n + [...lines.values()].reduce((k, l) => k + l.data.length, 0), 0);
  };
  const listen = () => {
    const source = new EventSource("events");
    source.onopen = () => { $("now-lost").hidden = true; };
    source.onerror = () => {
      $("now-lost").hidden = false;
      $("now-drain").disabled = $("now-stop").disabled = true;
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
    };
    source.onmessage = (e) => {
      const m = JSON.parse(e.data);
      if (m.whole) { curves = new Map(); }
      for (const p of m.points ?? []) {
        if (!curves.has(p.name)) curves.set(p.name, new Map());
        const lines = curves.get(p.name);
        if (!lines.has(p.attempt)) lines.set(p.attempt, { label: p.label, data: [] });
        lines.get(p.attempt).data.push([p.step, p.value]);
      }
      if (m.state) { state = m.state; show(); }
      if ((m.points?.length || m.whole) && !dirty) { dirty = true; setTimeout(draw, 200); }
      document.documentElement.dataset.live = "yes";
    };
  };
  const ask = async (what, question) => {
    if (!confirm(question)) return;
    const r = await fetch(what, { method: "POST" });
    if (!r.ok) $("now-note").textContent = await r.text();
  };
  $("now-drain").addEventListener("click", () => ask("drain", "Start no further trials? Running ones go on to their end, and everything is recorded."));
  $("now-stop").addEventListener("click", () => ask("stop", "Stop the running trials too? What they have trained is lost, unless they keep checkpoints."));
  $("now-reload").addEventListener("click", () => location.reload());
  dark.addEventListener("change", draw);
  listen();
})();
