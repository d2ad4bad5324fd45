"""Turns an executed notebook into slides: one offline HTML deck, a PDF, a PPTX.

    python deck.py out/design_review.ipynb out/design_review

writes out/design_review.slides.html, .pdf (needs Chromium) and .pptx. Cells
say what they are by metadata.slideshow.slide_type: slide, subslide, fragment,
notes, skip. Code is left out unless --code is given. A slide of the PPTX has
its own text, tables and pictures as native objects, and its notes.
"""

import argparse
import base64
import gzip
import io
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter
from traitlets.config import Config

HERE = Path(__file__).resolve().parent
VEGALITE = "application/vnd.vegalite.v5+json"
# A widget needs a kernel; the picture that our kernel sends beside it does not.
PRIORITY = [VEGALITE, "text/html", "text/markdown", "image/svg+xml", "text/latex", "image/png", "image/jpeg", "text/plain"]


def asset(name):
    with gzip.open(HERE / "assets" / (name + ".gz"), "rt", encoding="utf-8") as f:
        text = f.read()
    # MathJax names a host for speech it is never asked to load; an offline deck names none.
    return text.replace("https://cdn.jsdelivr.net/npm", "")


def visible(nb):
    """The notebook without cells that slides never show."""
    nb = nbformat.from_dict(json.loads(json.dumps(nb)))
    nb.cells = [c for c in nb.cells if slide_type(c) != "skip"]
    if not any(slide_type(c) != "notes" for c in nb.cells):
        sys.exit("deck: every cell is skipped or a note: set metadata.slideshow.slide_type of some cell to \"slide\"")
    return nb


def slide_type(cell):
    return cell.metadata.get("slideshow", {}).get("slide_type", "-")


def html(nb, name, code):
    outputs = [o for c in nb.cells if c.cell_type == "code" for o in c.outputs]
    math = any(re.search(r"\$[^$]+\$|\\\(|\\\[", c.source) for c in nb.cells if c.cell_type == "markdown")
    vega = any(VEGALITE in o.get("data", {}) for o in outputs)
    css = "\n".join([asset("reveal.css"), asset("theme.css"), (HERE / "deck.css").read_text(encoding="utf-8")])
    js = [asset("reveal.js"), asset("notes.js")] + ([asset(f + ".js") for f in ("vega.min", "vega-lite.min", "vega-embed.min")] if vega else [])
    c = Config()
    c.TemplateExporter.extra_template_basedirs = [str(HERE)]
    c.SlidesExporter.template_name = "template"
    c.SlidesExporter.exclude_input = not code
    c.SlidesExporter.exclude_input_prompt = c.SlidesExporter.exclude_output_prompt = True
    c.TagRemovePreprocessor.enabled = True
    c.TagRemovePreprocessor.remove_input_tags = {"remove_input"}
    c.NbConvertBase.display_data_priority = PRIORITY
    resources = {"metadata": {"name": name}, "deck": {"css": css, "js": ";\n".join(js), "math": math, "vega": vega, "mathjax": asset("tex-svg.js") if math else ""}}
    return SlidesExporter(config=c).from_notebook_node(nb, resources=resources)[0]


def pdf(source, target):
    """Prints the deck with Chromium, a page a slide."""
    chromium = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
    if not chromium:
        return "no Chromium to print with: install it (Debian: apt-get install chromium) for the PDF"
    run = subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--virtual-time-budget=8000",
                          "--no-pdf-header-footer", f"--print-to-pdf={target}", source.resolve().as_uri() + "?print-pdf"],
                         capture_output=True, text=True, timeout=120)
    if run.returncode or not target.exists():
        return "Chromium did not print: " + run.stderr.strip()[-300:]
    return None


class Table(HTMLParser):
    """Reads the first <table> of some HTML as rows of text; `head` rows come first."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.head, self._cell, self._depth = [], 0, None, 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self._depth += 1
        elif self._depth and tag == "tr":
            self.rows.append([])
        elif self._depth and tag in ("td", "th") and self.rows:
            self._cell = []
            self._span = int(dict(attrs).get("colspan") or 1)
            if tag == "th" and len(self.rows) == self.head + 1 and not self.rows[-1]:
                self.head += 1

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self._cell is not None:
            self.rows[-1] += ["".join(self._cell).strip()] + [""] * (self._span - 1)
            self._cell = None
        elif tag == "table":
            self._depth -= 1

    def handle_data(self, data):
        if self._cell is not None:
            self._cell.append(data)


SYMBOLS = {r"\Delta": "Δ", r"\alpha": "α", r"\theta": "θ", r"\sigma": "σ", r"\pm": "±", r"\le": "≤", r"\ge": "≥", r"\to": "→",
           r"\times": "×", r"\cdot": "·", r"\approx": "≈", r"\sum": "Σ", r"\infty": "∞", r"\mathrm": "", r"\text": "", r"\,": " "}
SUBSCRIPTS = str.maketrans("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")


def plain(text):
    """Markdown's inline marks and simple mathematics as plain text."""
    def formula(m):
        s = m.group(1)
        for k in sorted(SYMBOLS, key=len, reverse=True):
            s = s.replace(k, SYMBOLS[k])
        s = re.sub(r"_\{([^{}]*)\}|_(\w)", lambda n: (n.group(1) or n.group(2)).translate(SUBSCRIPTS), s)
        return re.sub(r"[{}]", "", s).replace("\\", "")
    text = re.sub(r"\$\$?([^$]+)\$\$?", formula, text)
    text = re.sub(r"!\[([^\]]*)\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])", r"\1", text.replace("**", ""))
    return re.sub(r"<[^>]+>", "", text.replace("`", ""))


def blocks(source):
    """Splits Markdown into ("title"|"line"|"bullet"|"table", text or rows)."""
    lines, out, i = source.splitlines(), [], 0
    paragraph = []

    def flush():
        if paragraph:
            out.append(("line", plain(" ".join(paragraph))))
            paragraph.clear()
    while i < len(lines):
        line = lines[i].rstrip()
        if line.startswith("|"):
            flush()
            rows = []
            while i < len(lines) and lines[i].startswith("|"):
                cells = [plain(c.strip()) for c in re.split(r"(?<!\\)\|", lines[i].strip().strip("|"))]
                if not all(re.fullmatch(r":?-+:?", c) for c in cells):
                    rows.append(cells)
                i += 1
            out.append(("table", (rows, 1)))
            continue
        if m := re.match(r"#+\s+(.*)", line):
            flush()
            out.append(("title", plain(m.group(1))))
        elif m := re.match(r"\s*(?:[-*]|\d+\.)\s+(.*)", line):
            flush()
            out.append(("bullet", plain(m.group(1))))
        elif not line.strip():
            flush()
        elif out and out[-1][0] == "bullet" and not paragraph and lines[i].startswith((" ", "\t")):
            out[-1] = ("bullet", out[-1][1] + " " + plain(line.strip()))
        else:
            paragraph.append(line.lstrip("> "))
        i += 1
    flush()
    return out


def parts(cell):
    """What a cell shows on a slide, in order."""
    if cell.cell_type == "markdown":
        return blocks(cell.source)
    shown = []
    for o in cell.get("outputs", []):
        data = o.get("data", {})
        if "image/png" in data:
            alt = data.get("text/plain", "picture")
            shown.append(("picture", (base64.b64decode(data["image/png"]), alt if isinstance(alt, str) else "".join(alt))))
        elif "<table" in (markup := "".join(data.get("text/html", ""))):
            t = Table(markup)
            shown.append(("table", (t.rows, t.head)))
        elif "text/markdown" in data:
            shown += blocks("".join(data["text/markdown"]))
        elif text := "".join(data.get("text/plain", o.get("text", ""))).strip():
            shown.append(("line", text))
    return shown


def pptx(nb, target):
    from pptx import Presentation
    from pptx.dml.color import RGBColor
    from pptx.util import Emu, Inches, Pt

    ink, accent = RGBColor(0x1B, 0x2A, 0x41), RGBColor(0x0B, 0x6E, 0x99)
    prs = Presentation()
    prs.slide_width, prs.slide_height = Inches(13.333), Inches(7.5)
    left, top, width, bottom = Inches(0.6), Inches(1.35), Inches(12.13), Inches(7.15)

    def slide():
        s = prs.slides.add_slide(prs.slide_layouts[5])  # title only
        s.shapes.title.left, s.shapes.title.top, s.shapes.title.width, s.shapes.title.height = left, Inches(0.35), width, Inches(0.85)
        line = s.shapes.add_connector(1, left, Inches(1.22), left + width, Inches(1.22))
        line.line.color.rgb, line.line.width = accent, Pt(2.25)
        return s

    def title(s, text):
        frame = s.shapes.title.text_frame
        frame.text = text
        run = frame.paragraphs[0]
        run.font.size, run.font.bold, run.font.color.rgb = Pt(30), True, ink
        run.alignment = 1  # left
        frame.vertical_anchor = 4  # bottom

    def fill(s, content, notes):
        texts = [p for p in content if p[0] in ("line", "bullet")]
        objects = [p for p in content if p[0] in ("table", "picture")]
        x, y, w = left, top, width
        if texts:
            size = 20 if sum(len(t) for _, t in texts) < 500 else 16
            side = bool(objects) and objects[0][0] == "picture"
            tw = Emu(int(width * 0.36)) if side else width
            per_line = max(10, int(tw / Pt(size) * 1.9))
            needed = sum(-(-max(1, len(t)) // per_line) for _, t in texts)
            th = Emu(int(Pt(size) * 1.35 * needed + Pt(9) * len(texts)))
            box = s.shapes.add_textbox(x, y, tw, th)
            box.text_frame.word_wrap = True
            for n, (kind, text) in enumerate(texts):
                p = box.text_frame.paragraphs[0] if n == 0 else box.text_frame.add_paragraph()
                p.text = ("• " if kind == "bullet" else "") + text
                p.font.size, p.font.color.rgb, p.space_after = Pt(size), ink, Pt(8)
            if side:
                x, w = Emu(x + tw + Inches(0.3)), Emu(width - tw - Inches(0.3))
            else:
                y = Emu(y + th + Inches(0.1))
        room = Emu(int((bottom - y) / max(1, len(objects))))
        for kind, value in objects:
            if kind == "picture":
                data, alt = value
                pic = s.shapes.add_picture(io.BytesIO(data), x, y)
                scale = min(w / pic.width, room / pic.height)
                pic.width, pic.height = Emu(int(pic.width * scale)), Emu(int(pic.height * scale))
                pic.left = Emu(x + int((w - pic.width) / 2))
                pic._element.nvPicPr.cNvPr.set("descr", alt)
                y = Emu(y + pic.height + Inches(0.1))
            else:
                rows, head = value
                if not rows:
                    continue
                columns = max(map(len, rows))
                height = min(Inches(0.4), Emu(int(room / len(rows))))
                widest = [max((len(r[c]) if c < len(r) else 0) for r in rows) + 3 for c in range(columns)]
                fit = Pt(16) if sum(widest) * Pt(16) * 0.55 < w and height >= Inches(0.34) else Pt(14) if sum(widest) * Pt(14) * 0.55 < w and height >= Inches(0.3) else Pt(11)
                grid = s.shapes.add_table(len(rows), columns, x, y, w, Emu(int(height) * len(rows))).table
                for c in range(columns):
                    grid.columns[c].width = Emu(int(w * widest[c] / sum(widest)))
                for r, row in enumerate(rows):
                    for c in range(columns):
                        cell = grid.cell(r, c)
                        cell.text = row[c] if c < len(row) else ""
                        cell.margin_top = cell.margin_bottom = Emu(20000)
                        p = cell.text_frame.paragraphs[0]
                        p.font.size, p.font.bold = fit, r < head
                        cell.fill.solid()
                        cell.fill.fore_color.rgb = ink if r < head else RGBColor(0xF3, 0xF7, 0xF9) if r % 2 else RGBColor(0xFF, 0xFF, 0xFF)
                        p.font.color.rgb = RGBColor(0xFF, 0xFF, 0xFF) if r < head else ink
                        p.alignment = 1 if c == 0 else 3
                y = Emu(y + int(height) * len(rows) + Inches(0.15))
        if notes:
            s.notes_slide.notes_text_frame.text = "\n\n".join(notes)

    pending, content, notes = None, [], []
    for cell in nb.cells:
        kind = slide_type(cell)
        if kind in ("slide", "subslide") or pending is None:
            if pending is not None:
                fill(pending, content, notes)
            pending, content, notes = slide(), [], []
        if kind == "notes":
            notes.append("\n".join(t for k, t in blocks(cell.source) if k != "table"))
            continue
        for part in parts(cell):
            if part[0] == "title" and not pending.shapes.title.text_frame.text:
                title(pending, part[1])
            elif part[0] == "title":
                content.append(("line", part[1]))
            else:
                content.append(part)
    if pending is not None:
        fill(pending, content, notes)
    prs.core_properties.title = nb.metadata.get("title", "")
    prs.save(target)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("notebook", type=Path)
    p.add_argument("out", type=Path, help="name without an ending")
    p.add_argument("--code", action="store_true", help="show the code on the slides")
    args = p.parse_args()
    if not args.notebook.exists():
        sys.exit(f"deck: no notebook {args.notebook}: execute it first")
    nb = visible(nbformat.read(args.notebook, as_version=4))
    page = args.out.with_name(args.out.name + ".slides.html")
    page.write_text(html(nb, args.out.name, args.code), encoding="utf-8")
    print(page)
    pptx(nb, args.out.with_name(args.out.name + ".pptx"))
    print(args.out.with_name(args.out.name + ".pptx"))
    problem = pdf(page, args.out.with_name(args.out.name + ".pdf"))
    if problem:
        sys.exit("deck: " + problem)
    print(args.out.with_name(args.out.name + ".pdf"))


if __name__ == "__main__":
    main()
