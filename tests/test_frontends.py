"""The kernel behind the front ends that are programs: console, run, nbconvert, papermill, jupytext."""

import os
import pathlib
import subprocess
import sys

import lab
import nbformat
import pytest

BIN = pathlib.Path(sys.executable).parent
CELLS = ['import "fmt"\nn := 6', "double := func(i int) int { return 2 * i }\nfmt.Println(\"n is\", n)", "double(n)"]


@pytest.fixture(autouse=True)
def kernel():
    if not (pathlib.Path(sys.prefix) / "share/jupyter/kernels/lislab/kernel.json").exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no kernel lislab in this Python environment: make build")


def run(tmp_path, *command, **options):
    """Runs one of the environment's programs in tmp_path and gives what it printed."""
    env = dict(os.environ, JUPYTER_PREFER_ENV_PATH="1", JUPYTER_CONFIG_DIR=str(tmp_path / "config"),
               JUPYTER_RUNTIME_DIR=str(tmp_path / "runtime"), XDG_DATA_HOME=str(tmp_path / "data"))
    done = subprocess.run([BIN / command[0], *command[1:]], cwd=tmp_path, env=env, text=True, timeout=180,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    assert done.returncode == 0, done.stdout
    return done.stdout


def outputs(path):
    """The text of every output of a notebook, in order."""
    cells = nbformat.read(path, as_version=4).cells
    return [o.get("text") or o["data"]["text/plain"] for c in cells if c.cell_type == "code" for o in c.outputs]


def test_console(tmp_path):
    typed = 'import "fmt"\nfor i := range 2 { fmt.Println("line", i) }\nfor for\nx := 41\nx + 1\n'
    shown = run(tmp_path, "jupyter-console", "--kernel", "lislab", "--simple-prompt", "--no-confirm-exit", input=typed)
    assert "line 0\nline 1\n" in shown, shown
    assert "expected operand, found 'for'" in shown, shown
    assert "Out[5]: 42" in shown, shown


def test_run(tmp_path):
    (tmp_path / "hello.go").write_text('import "fmt"\nfmt.Println("hello", 6*7)\n')
    # Jupyter hands the script's name on to the kernel too.
    assert "hello 42" in run(tmp_path, "jupyter-run", "--kernel", "lislab", "hello.go")


def test_nbconvert(tmp_path):
    lab.notebook(tmp_path / "in.ipynb", CELLS)
    run(tmp_path, "jupyter-nbconvert", "--execute", "--to", "notebook", "--output", "out.ipynb", "in.ipynb")
    assert outputs(tmp_path / "out.ipynb") == ["n is 6\n", "12"]
    assert nbformat.read(tmp_path / "out.ipynb", as_version=4).metadata.language_info["name"] == "go"
    run(tmp_path, "jupyter-nbconvert", "--execute", "--to", "html", "in.ipynb")
    page = (tmp_path / "in.html").read_text()
    assert "n is 6" in page and '<span class="kn">import</span>' in page, "the page is executed and coloured"


def test_papermill(tmp_path):
    lab.notebook(tmp_path / "in.ipynb", CELLS)
    nb = nbformat.read(tmp_path / "in.ipynb", as_version=4)
    nb.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nb, tmp_path / "in.ipynb")
    run(tmp_path, "papermill", "in.ipynb", "out.ipynb", "-p", "n", "30", "--progress-bar")
    assert outputs(tmp_path / "out.ipynb") == ["n is 30\n", "60"]


@pytest.mark.parametrize("ending", ["go", "md"])
def test_jupytext(tmp_path, ending):
    cells = [*CELLS, "%time double(3)", "!echo from the shell", "%%bash\necho $((40 + 2))", "// a comment with %d\nx := 7 // %%"]
    lab.notebook(tmp_path / "in.ipynb", cells)
    text = {"go": "go:percent", "md": "md"}[ending]
    run(tmp_path, "jupytext", "--to", text, "-o", f"mid.{ending}", "in.ipynb")
    run(tmp_path, "jupytext", "--to", "ipynb", "-o", "out.ipynb", f"mid.{ending}")
    again = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert [c.source for c in again.cells] == cells
    assert again.metadata.kernelspec["name"] == "lislab"
    run(tmp_path, "jupytext", "--to", "ipynb", "--execute", "-o", "done.ipynb", f"mid.{ending}")
    shown = outputs(tmp_path / "done.ipynb")
    assert shown[:2] == ["n is 6\n", "12"] and "from the shell\n" in shown and "42\n" in shown, shown
