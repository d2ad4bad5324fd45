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


def scripts():
    """Vega as JupyterLab has it, to stand in a page."""
    return "".join(f"<script>{gzip.open(ROOT / 'notebooks/deck/assets' / (n + '.gz'), 'rt').read()}</script>" for n in ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js"))


def test_the_browser_draws_every_specification(tmp_path):
    specs = [json.loads(p.read_text()) for p in sorted((ROOT / "plots" / "testdata").glob("*.vl.json"))]
    assert len(specs) >= 4
    page = tmp_path / "page.html"
    page.write_text(f"""<html><body>{''.join(f'<div id="v{i}"></div>' for i in range(len(specs)))}<pre id="log"></pre>{scripts()}<script>
const log = (...x) => document.getElementById("log").textContent += x.join(" ") + "|"; console.warn = log; console.error = log;
{json.dumps(specs)}.forEach((s, i) => vegaEmbed("#v" + i, s, {{mode: "vega-lite", renderer: "svg", actions: false}}).catch(log));
</script></body></html>""")
    dom = subprocess.run([chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=8000", "--dump-dom", page.as_uri()],
                         text=True, capture_output=True, timeout=120).stdout
    assert re.search(r'<pre id="log">([^<]*)', dom).group(1) == ""
    assert len(re.findall(r"<svg[^>]*class=\"marks\"", dom)) == len(specs)
    for word in ("item, raw", "threshold", "rank correlation"):
        assert word in dom


def test_the_curve_answers_to_the_pointer(tmp_path):
    """Tooltips, a legend that filters, zoom: in the page, as a person would."""
    from playwright.sync_api import sync_playwright

    spec = json.loads((ROOT / "plots" / "testdata" / "curve.vl.json").read_text())
    (tmp_path / "page.html").write_text(f"""<html><body><div id="v"></div>{scripts()}<script>
vegaEmbed("#v", {json.dumps(spec)}, {{mode: "vega-lite", renderer: "svg", actions: false}}).then(r => window.view = r.view);</script></body></html>""")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto((tmp_path / "page.html").as_uri())
        page.wait_for_function("() => window.view")

        points = page.locator(".mark-symbol.role-mark path")
        assert points.count() == sum(v["lis"] is not None for v in spec["data"]["values"])
        points.last.hover()
        page.wait_for_selector("#vg-tooltip-element.visible")
        said = page.locator("#vg-tooltip-element").inner_text()
        assert "LIS" in said and "from" in said and "to" in said, said

        faint = "() => [...document.querySelectorAll('.mark-line.role-mark path')].filter(p => +(p.getAttribute('opacity') ?? 1) < 0.5).length"
        assert page.evaluate(faint) == 0
        page.locator(".role-legend-label text").filter(has_text=re.compile("^item$")).click()
        page.wait_for_function(f"() => ({faint})() === 5")  # of three slots, raw and held-out

        ticks = "() => [...document.querySelectorAll('.role-axis-label text')].map(t => t.textContent + t.getAttribute('transform')).join()"
        before = page.evaluate(ticks)
        box = page.locator("svg.marks").bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.5)
        page.mouse.wheel(0, -400)
        page.wait_for_function(f"before => ({ticks})() !== before", arg=before)
        browser.close()
