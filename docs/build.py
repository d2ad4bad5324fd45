"""Makes the outputs that the pages show, or checks them.

    python docs/build.py          rewrites README.md and docs/*.md in place
    python docs/build.py --check  exits with 1 where a page shows what no run gives

In a page, a ```console block's lines after "$ command" are what the command
prints; one that prints nothing here (it opens a window, or takes minutes) shows
no output and is not run. A ```go block after <!-- notebook: FILE.svg --> is
run by the Go kernel, cell by cell as blank lines divide it, and the drawing that it ends in goes to
FILE.svg; a … in it stands for what the reader fills in. What make bench has
measured goes to docs/benchmarks.md where there is an out/bench.csv of a whole
run; --check leaves it: nobody measures twice the same.
"""

import re
import subprocess
import sys
from pathlib import Path

import benchmarks
import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(?m)^```console\n(?P<commands>.*?)^```$|^<!-- notebook: (?P<file>\S+) -->\n```go\n(?P<cells>.*?)^```$", re.S)


def console(block):
    """The block with each command's output as it is now."""
    out = []
    commands = re.split(r"(?m)^\$ ", block)[1:]
    for part in commands:
        command, _, shown = part.partition("\n")
        if shown.strip() or command.startswith(("bin/", "mkdir ")):
            run = subprocess.run(["bash", "-c", command], cwd=ROOT, text=True, capture_output=True)
            if run.returncode:
                sys.exit(f"{command}: exit status {run.returncode}\n{run.stderr}")
            shown = run.stdout.rstrip() + "\n" if run.stdout.strip() else ""
        out.append(f"$ {command}\n{shown}")
    return "".join(out)


def drawing(source):
    """The SVG that the cells end in."""
    nb = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "lislab", "display_name": "Go (lislab)", "language": "go"}})
    nb.cells = [nbformat.v4.new_code_cell(cell) for cell in source.strip().split("\n\n")]
    NotebookClient(nb, kernel_name="lislab", timeout=600, resources={"metadata": {"path": str(ROOT / "notebooks")}}).execute()
    return nb.cells[-1].outputs[-1].data["image/svg+xml"]


def main(check):
    wrong = []

    def put(path, text):
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return
        if check:
            wrong.append(path.relative_to(ROOT))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def block(m):
        """A block as it is now; they run in the page's order, a later one on what an earlier one made."""
        if m["file"]:
            put(ROOT / m["file"], drawing(m["cells"]))
            return m[0]
        return f"```console\n{console(m['commands'])}```"

    for page in PAGES:
        text = BLOCK.sub(block, page.read_text(encoding="utf-8"))
        put(page, text if check else benchmarks.fill(text, ROOT / "out"))
    if wrong:
        sys.exit("show what no run gives: " + ", ".join(map(str, wrong)) + "; run make docs and look at the change")


if __name__ == "__main__":
    main("--check" in sys.argv[1:])
