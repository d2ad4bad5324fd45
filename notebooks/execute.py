"""Runs a notebook through its kernel and writes it, with its outputs and as HTML.

    python notebooks/execute.py notebooks/paper_tables.ipynb --out out [-p seeds=1]…

writes out/paper_tables.ipynb and out/paper_tables.html, which needs no network.
A failing cell ends the run with exit status 1; what ran until then is written.
-p sets a variable of the cell tagged "parameters": values are Go literals, a
bare word is a string.
"""

import argparse
import json
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert import HTMLExporter
from traitlets.config import Config

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "deck"))
import deck  # noqa: E402


def literal(value):
    """A parameter's value as Go writes it."""
    if re.fullmatch(r"[A-Za-z_][\w.-]*", value) and value not in ("true", "false", "nil"):
        return json.dumps(value)
    return value


def inject(nb, parameters):
    """Puts a cell with the parameters after the one tagged so, else first."""
    if not parameters:
        return
    tagged = [i for i, c in enumerate(nb.cells) if "parameters" in c.metadata.get("tags", [])]
    source = "\n".join(f"{name} = {literal(value)}" if tagged else f"var {name} = {literal(value)}" for name, value in parameters)
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["injected-parameters"]}, id="injected-parameters")
    if tagged and "slideshow" in nb.cells[tagged[0]].metadata:  # it is no slide where that is none
        cell.metadata["slideshow"] = nb.cells[tagged[0]].metadata["slideshow"]
    nb.cells.insert(tagged[0] + 1 if tagged else 0, cell)


class Line:
    """One line that says how far the run is; without a terminal, a line a cell."""

    def __init__(self, name, cells):
        self.name, self.cells, self.at, self.began, self.terminal = name, cells, 0, time.monotonic(), sys.stderr.isatty()

    def say(self, cell):
        if cell.cell_type != "code":
            return
        self.at += 1
        first = next((line for line in cell.source.splitlines() if line.strip()), "")
        text = f"{self.name}: cell {self.at} of {self.cells}, {time.monotonic() - self.began:3.0f} s  {first.strip()}"[:110]
        print(f"\r\033[K{text}" if self.terminal else text, end="" if self.terminal else "\n", file=sys.stderr, flush=True)

    def end(self, text):
        print(f"\r\033[K{text}" if self.terminal else text, file=sys.stderr, flush=True)


def execute(path, parameters):
    """The executed notebook, and the error of the cell that failed."""
    nb = nbformat.read(path, as_version=4)
    inject(nb, parameters)
    line = Line(path.stem, sum(c.cell_type == "code" for c in nb.cells))
    client = NotebookClient(nb, timeout=None, kernel_name="lislab", record_timing=False, coalesce_streams=True,
                            resources={"metadata": {"path": str(path.parent)}},
                            on_cell_start=lambda cell, cell_index: line.say(cell))
    failed = None
    try:
        client.execute()
    except (CellExecutionError, DeadKernelError) as e:
        failed = str(e)
    line.end(f"{path.stem}: {'failed' if failed else 'done'} in {time.monotonic() - line.began:.0f} s")
    return nb, failed


def page(nb, name):
    """The notebook as one HTML page, everything inside."""
    math = any(re.search(r"\$[^$]+\$|\\\(|\\\[", c.source) for c in nb.cells if c.cell_type == "markdown")
    vega = any(deck.VEGALITE in o.get("data", {}) for c in nb.cells if c.cell_type == "code" for o in c.outputs)
    c = Config()
    c.TemplateExporter.extra_template_basedirs = [str(HERE)]
    c.HTMLExporter.template_name = "report"
    c.NbConvertBase.display_data_priority = deck.PRIORITY
    c.TagRemovePreprocessor.enabled = True
    c.TagRemovePreprocessor.remove_input_tags = {"remove_input"}
    resources = {"metadata": {"name": name}, "report": {
        "css": (HERE / "report" / "report.css").read_text(encoding="utf-8"),
        "mathjax": deck.asset("tex-svg.js") if math else "",
        "vega": ";\n".join(deck.asset(f + ".js") for f in ("vega.min", "vega-lite.min", "vega-embed.min")) if vega else ""}}
    return HTMLExporter(config=c).from_notebook_node(nb, resources=resources)[0]


def write(path, text):
    """Whole or not at all."""
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("notebook", type=Path)
    p.add_argument("--out", type=Path, default=Path("out"))
    p.add_argument("-p", dest="parameters", action="append", default=[], metavar="NAME=VALUE", type=lambda s: tuple(s.split("=", 1)))
    a = p.parse_args()
    if any(len(x) != 2 for x in a.parameters):
        p.error("-p takes NAME=VALUE")
    a.out.mkdir(parents=True, exist_ok=True)
    nb, failed = execute(a.notebook, a.parameters)
    write(a.out / a.notebook.name, nbformat.writes(nb))
    if failed:
        print(failed, file=sys.stderr)
        sys.exit(1)
    write(a.out / (a.notebook.stem + ".html"), page(nb, a.notebook.stem))


if __name__ == "__main__":
    main()
