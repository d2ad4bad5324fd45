"""The interactive twins are drawn by the Vega-Lite that JupyterLab has, without a warning."""

import gzip
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent


def chromium():
    path = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
    if not path:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: apt-get install chromium")
        pytest.skip("no Chromium: apt-get install chromium")
    return path


def test_the_browser_draws_every_specification(tmp_path):
    specs = [json.loads(p.read_text()) for p in sorted((ROOT / "plots" / "testdata").glob("*.vl.json"))]
    assert len(specs) >= 4
    scripts = "".join(f"<script>{gzip.open(ROOT / 'notebooks/deck/assets' / (n + '.gz'), 'rt').read()}</script>" for n in ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js"))
    page = tmp_path / "page.html"
    page.write_text(f"""<html><body>{''.join(f'<div id="v{i}"></div>' for i in range(len(specs)))}<pre id="log"></pre>{scripts}<script>
const log = (...x) => document.getElementById("log").textContent += x.join(" ") + "|"; console.warn = log; console.error = log;
{json.dumps(specs)}.forEach((s, i) => vegaEmbed("#v" + i, s, {{mode: "vega-lite", renderer: "svg", actions: false}}).catch(log));
</script></body></html>""")
    dom = subprocess.run([chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=8000", "--dump-dom", page.as_uri()],
                         text=True, capture_output=True, timeout=120).stdout
    assert re.search(r'<pre id="log">([^<]*)', dom).group(1) == ""
    assert len(re.findall(r"<svg[^>]*class=\"marks\"", dom)) == len(specs)
    for word in ("item, raw", "threshold", "rank correlation"):
        assert word in dom
