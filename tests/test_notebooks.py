"""Every notebook runs through the kernel, reduced, and becomes a page that needs no network."""

import json
import pathlib
import re
import subprocess
import sys

import nbformat
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted(p.name for p in (ROOT / "notebooks").glob("*.ipynb"))
sys.path.insert(0, str(ROOT / "notebooks"))


def reduced(notebook, out):
    """Runs a notebook with the parameters that its metadata gives for tests."""
    nb = nbformat.read(ROOT / "notebooks" / notebook, as_version=4)
    parameters = nb.metadata["lislab"]["reduced"]
    args = [a for name, value in parameters.items() for a in ("-p", f"{name}={json.dumps(value) if isinstance(value, str) else value}")]
    return subprocess.run([sys.executable, "notebooks/execute.py", f"notebooks/{notebook}", "--out", out, *args], cwd=ROOT, text=True, capture_output=True, timeout=600)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_the_source_has_no_outputs(notebook):
    nb = nbformat.read(ROOT / "notebooks" / notebook, as_version=4)
    nbformat.validate(nb)
    assert nb.metadata.kernelspec.name == "lislab" and nb.metadata.title
    assert [c.id for c in nb.cells if c.cell_type == "code" and (c.outputs or c.execution_count)] == []


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_it_runs(notebook, tmp_path):
    run = reduced(notebook, tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    nb = nbformat.read(tmp_path / notebook, as_version=4)
    for cell in nb.cells:
        for o in cell.get("outputs", []):
            assert o.output_type != "error"
            text = json.dumps(o)
            assert not re.search(r"0x[0-9a-f]{6,}|/(root|home|tmp)/", text), f"cell {cell.id} shows an address or a path of this machine"
    page = (tmp_path / notebook).with_suffix(".html").read_text(encoding="utf-8")
    assert not re.search(r"<(script|img|iframe)[^>]+src=[\"']?(https?:)?//|<link[^>]+href=[\"']?(https?:)?//|@import", page)


def test_a_failing_cell_ends_the_run(tmp_path):
    nb = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "lislab", "display_name": "Go (lislab)"}})
    nb.cells = [nbformat.v4.new_code_cell('"before"'), nbformat.v4.new_code_cell('panic("on purpose")'), nbformat.v4.new_code_cell('"after"')]
    nbformat.write(nb, tmp_path / "fails.ipynb")
    run = subprocess.run([sys.executable, "notebooks/execute.py", tmp_path / "fails.ipynb", "--out", tmp_path / "out"], cwd=ROOT, text=True, capture_output=True, timeout=120)
    assert run.returncode == 1 and "on purpose" in run.stderr
    done = nbformat.read(tmp_path / "out" / "fails.ipynb", as_version=4)
    assert done.cells[0].outputs and done.cells[1].outputs and not done.cells[2].outputs
    assert not (tmp_path / "out" / "fails.html").exists()


def test_headline():
    import headline
    rows = [dict(table="item embeddings", row="raw", column="7 days", reported="0.06", measured="-0.03", ci_low="-0.04", ci_high="-0.02", log="D0"),
            dict(table="item embeddings", row="held-out", column="7 days", reported="", measured="", ci_low="", ci_high="", log="D0")]
    assert headline.headline(rows).splitlines() == [
        "log  LIS of item embeddings  7 days: paper      7 days: here",
        "D0   raw                              0.06  −0.0300 ± 0.0100",
        "D0   held-out                            –                 –"]


def test_literals():
    import execute
    assert [execute.literal(v) for v in ("3", "0.5", "true", "item", "item-x", '"a b"', "[]int{1}")] == ["3", "0.5", "true", '"item"', '"item-x"', '"a b"', "[]int{1}"]
