"""The pages show nothing that a run did not produce, and link to nothing that is not there."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def test_the_pages_show_what_runs_give():
    run = subprocess.run([sys.executable, "docs/build.py", "--check"], cwd=ROOT, text=True, capture_output=True, timeout=600)
    assert run.returncode == 0, run.stderr


def test_links_lead_somewhere():
    for page in [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if not link.startswith("http"):
                assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_the_readme_lists_no_verb_that_is_not_there():
    shown = set(re.findall(r"(?m)^\| .*`lislab (\w+)`", (ROOT / "README.md").read_text(encoding="utf-8")))
    help = subprocess.run([ROOT / "bin" / "lislab", "--help"], text=True, capture_output=True, check=True).stdout
    verbs = set(re.findall(r"(?m)^  (\w+)  ", help.split("Available Commands:")[1].split("\n\n")[0])) - {"help"}
    assert shown <= verbs
