#!/usr/bin/env python3
"""Builds the documentation site from docs/ and looks whether every link in it leads
somewhere.

    python docs/site/build.py [--out DIR]

Makes a virtual environment with zensical beside itself where there is none. Pages are
staged: a link that leaves docs/ becomes one to the page made of it (a plugin's README,
the changelog), a copy (a figure), or one to the tree.
"""

import argparse
import html.parser
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import venv

HERE = pathlib.Path(__file__).resolve().parent
DOCS = HERE.parent
TREE = DOCS.parent
ZENSICAL = "zensical==0.0.70"
SOURCE = "https://github.com/assaylab/assay/blob/main/"
LINK = re.compile(r'(!?\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\])\(([^)\s]+)((?:\s+"[^"]*")?)\)')

# Pages that are made of texts elsewhere in the tree.
MADE = {"CHANGELOG.md": "changelog.md", **{f"plugins/{p.parent.name}/README.md": f"method-{p.parent.name}.md" for p in sorted((TREE / "plugins").glob("*/README.md"))}}


def environment():
    folder = HERE / ".venv"
    tool = folder / "bin" / "zensical"
    if not tool.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "pip", "install", "-q", ZENSICAL], check=True)
    return tool


def stage(pages):
    """Copies the pages, with links that hold in the site."""
    pages.mkdir(parents=True)
    for source in sorted(DOCS.glob("*.md")):
        (pages / source.name).write_text(relinked(source, pages))
    for source, name in MADE.items():
        (pages / name).write_text(relinked(TREE / source, pages))
    methods = "# Methods\n\nWhat ships, what each reaches, and what to know before trusting a number.\n\n"
    for source, name in MADE.items():
        if name.startswith("method-"):
            title = next(line.lstrip("# ") for line in (TREE / source).read_text().splitlines() if line.startswith("#"))
            methods += f"- [{title}]({name})\n"
    (pages / "methods.md").write_text(methods)


def relinked(page, pages):
    def change(match):
        text, target, title = match.groups()
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            return match[0]
        path, _, anchor = target.partition("#")
        file = (page.parent / urllib.parse.unquote(path)).resolve()
        if not file.exists():
            sys.exit(f"{page.relative_to(TREE)}: the link {target} leads nowhere")
        inside = str(file.relative_to(TREE)).replace(os.sep, "/")
        suffix = f"#{anchor}" if anchor else ""
        if file.is_dir() and (readme := f"{inside}/README.md") in MADE:
            inside = readme
        if inside in MADE:
            return f"{text}({MADE[inside]}{suffix}{title})"
        if file.parent == DOCS and file.suffix == ".md":
            return f"{text}({file.name}{suffix}{title})"
        if text.startswith("!"):
            name = inside.replace("/", "-")
            shutil.copy(file, pages / name)
            return f"{text}({name}{title})"
        return f"{text}({SOURCE}{inside}{suffix}{title})"

    out, fenced = [], False
    for line in page.read_text().splitlines():
        fenced ^= line.lstrip().startswith("```")
        out.append(line if fenced else LINK.sub(change, line))
    return "\n".join(out) + "\n"


class Page(html.parser.HTMLParser):
    """The links and anchors of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        for key in ("id", "name"):
            if given.get(key):
                self.anchors.add(given[key])
        for key in ("href", "src"):
            if given.get(key):
                self.links.append(given[key])


def broken(site):
    """Every link of the built site that leads nowhere."""
    pages = {path: Page(path.read_text(errors="replace")) for path in site.rglob("*.html")}
    out = []
    for path, page in pages.items():
        if path.name == "404.html":
            continue
        for link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc or link.startswith("//"):
                continue
            target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path.resolve()
            if parts.path.startswith("/"):
                target = site / urllib.parse.unquote(parts.path).removeprefix("/assay").lstrip("/")
            if target.is_dir():
                target /= "index.html"
            if not target.exists():
                out.append(f"{path.relative_to(site)}: {link}")
            elif parts.fragment and target in pages and urllib.parse.unquote(parts.fragment) not in pages[target].anchors:
                out.append(f"{path.relative_to(site)}: {link}: no such anchor")
    return sorted(set(out)), len(pages)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=str(HERE / "site"))
    given = parser.parse_args()
    tool = environment()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        shutil.copy(HERE / "zensical.toml", folder)
        stage(folder / "pages")
        shutil.copy(HERE / "extra.css", folder / "pages")
        done = subprocess.run([tool, "build", "--strict"], cwd=folder, text=True, capture_output=True)
        if done.returncode != 0:
            sys.exit(done.stdout + done.stderr)
        wrong, pages = broken((folder / "site").resolve())
        if wrong:
            sys.exit("links that lead nowhere:\n" + "\n".join(wrong))
        out = pathlib.Path(given.out)
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(folder / "site", out)
    print(f"{out}: {pages} pages, and every link in them leads somewhere")


if __name__ == "__main__":
    main()
