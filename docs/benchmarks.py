"""The benchmark page's part that make bench has measured, from out/bench.csv and out/bench.json."""

import csv
import json
import re

# A page's part between these lines is put there by make docs.
PART = re.compile(r"(?s)(<!-- benchmarks -->\n).*(?=<!-- /benchmarks -->)")
ABBREVIATION = re.compile(r"\b(auc|csv|fm|gauc|sql)\b")
VERDICT = {"true": "met", "false": "**missed**"}


def fill(page, folder):
    """The page with the figures in folder, or as it is where there is no whole table."""
    table, about = folder / "bench.csv", folder / "bench.json"
    if not PART.search(page) or not table.exists() or not about.exists():
        return page
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    text = part(rows, json.loads(about.read_text(encoding="utf-8")))
    return PART.sub(lambda m: m[1] + text, page)


def part(rows, about):
    load = f", other work running beside: load {about['load']}" if float(about["load"] or 0) > 1 else ""
    out = [f"\n`make bench` on {about['date']}, commit {about['commit']}, {about['go']}, {about['machine']}{load}.\n"]
    for title, mine in (("The kernel", True), ("The analysis", False)):
        some = [r for r in rows if r["name"].startswith("kernel: ") == mine]
        if some:
            out.append(f"\n## {title}\n\n| what | lislab | peer | | times better | goal | |\n|---|---:|---:|---|---:|---:|---|\n")
            out += [line(r) for r in some]
    return "".join(out) + "\n"


def line(r):
    name = r["name"].removeprefix("kernel: ")
    name = ABBREVIATION.sub(lambda m: m[0].upper(), name)
    cells = [name[0].upper() + name[1:], figure(r["ours"], r["unit"]), figure(r["peer"], r["unit"]), r["peer_name"], plain(r["ratio"]), goal(r["goal"]), VERDICT.get(r["met"], "")]
    return "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |\n"


def figure(x, unit):
    return f"{plain(x)} {unit}" if x else "–"


def goal(x):
    return f"≥ {plain(x)} ×" if re.fullmatch(r"[\d.e+]+", x) else x.replace("<", "< ")


def plain(x):
    """A figure as people write it: 1230 for 1.23e+03."""
    if not x:
        return ""
    n = float(x)
    return f"{n:,.0f}".replace(",", " ") if n >= 100 else f"{n:.3g}"
