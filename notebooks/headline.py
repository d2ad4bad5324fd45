"""Prints where a run of paper_tables left its files, and its headline table.

    python notebooks/headline.py out/paper_tables.csv
"""

import csv
import sys
from pathlib import Path


def cell(row):
    if not row["measured"]:
        return "–"
    half = (float(row["ci_high"]) - float(row["ci_low"])) / 2
    return f"{float(row['measured']):.4f} ± {half:.4f}".replace("-", "−")


def headline(rows):
    """A line per log and row of the report; per column the reported and the measured figure."""
    columns = list(dict.fromkeys(r["column"] for r in rows))
    lines = {}
    for r in rows:
        lines.setdefault((r["log"], r["row"]), {})[r["column"]] = r
    table = [["log", "LIS of item embeddings"] + [f"{c}: {what}" for c in columns for what in ("paper", "here")]]
    for (log, row), by_column in lines.items():
        line = [log, row]
        for c in columns:
            r = by_column.get(c)
            line += [(r["reported"] or "–") if r else "–", cell(r) if r else "–"]
        table.append(line)
    width = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
    return "\n".join("  ".join(text.ljust(w) if i < 2 else text.rjust(w) for i, (text, w) in enumerate(zip(line, width))).rstrip() for line in table)


def main(path):
    with open(path, newline="", encoding="utf-8") as f:
        rows = [r for r in csv.DictReader(f) if r["table"] == "item embeddings"]
    print("\n" + headline(rows) + "\n")
    for ending, what in ((".html", "to read"), (".ipynb", "to go on from"), (".csv", "the figures")):
        print(f"  {path.with_suffix(ending)}  {what}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
