"""notebooks/explore.ipynb as a person uses it: picks a row, sees its curve, loads the page anew."""

import json
import pathlib
import sys

import lab
import nbformat

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "notebooks"))
import execute  # noqa: E402

PICTURE = """() => (document.querySelector('.jupyter-widgets.widget-output svg') || {outerHTML: ''}).outerHTML"""
TITLE = """() => [...document.querySelectorAll('.jupyter-widgets.widget-output svg text')].map(t => t.textContent).join(' ')"""


def menu(n, option):
    """The JavaScript that picks an option of the n-th menu."""
    return f"""() => {{ const menu = document.querySelectorAll('.jp-OutputArea .widget-dropdown select')[{n}];
                         menu.value = [...menu.options].find(o => o.text.replaceAll('\\xa0', ' ') === {json.dumps(option)}).value;
                         menu.dispatchEvent(new Event('change', {{bubbles: true}})) }}"""


def figures(page):
    return page.locator(".jupyter-widgets.widget-output table").inner_text()


def test_explore(tmp_path):
    lab.require()
    nb = nbformat.read(ROOT / "notebooks" / "explore.ipynb", as_version=4)
    execute.inject(nb, [(name, str(value)) for name, value in nb.metadata["lislab"]["reduced"].items()])
    nbformat.write(nb, tmp_path / "explore.ipynb")
    with lab.opened(tmp_path, "explore.ipynb") as page:
        assert lab.run_all(page)
        page.wait_for_selector(".jp-OutputArea .widget-slider")
        page.wait_for_function(f"() => ({TITLE})().includes('feed: item rows of the future (any)')")
        seen = figures(page)
        assert "n = 7" in seen and "heldout" in seen and "raw" not in seen

        took = {}
        for name, act in {"horizon": lab.press("ArrowLeft"), "slot": menu(1, "user"), "filter": menu(2, "< 10 updates"),
                          "protocol": menu(3, "raw beside held-out"), "scope": menu(4, "those impressions"), "log": menu(0, "feed, labels by coin")}.items():
            took[name] = lab.picture_after(page, PICTURE, act)
            assert took[name] is not None, f"another {name} changes the picture"
        print("milliseconds until the picture follows: " + ", ".join(f"{name} {ms:.0f}" for name, ms in took.items()))
        title = page.evaluate(TITLE)
        assert "feed, labels by coin: user rows of the future (< 10 updates), scored on those impressions" in title
        page.wait_for_function("""() => document.querySelector('.jupyter-widgets.widget-output table').innerText.includes('raw')""")
        seen = figures(page)
        assert "n = 3" in seen and "heldout" in seen

        page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        page.reload(wait_until="domcontentloaded")
        lab.ready(page)
        page.wait_for_selector(".jp-OutputArea .widget-slider")
        page.wait_for_function(f"() => ({TITLE})() === {json.dumps(title)}")
        assert figures(page) == seen, "a page loaded anew stands where the kernel does"
        assert lab.picture_after(page, PICTURE, menu(0, "feed")) is not None, "and its menus still move the picture"
        assert "feed: user rows" in page.evaluate(TITLE)
        page.locator(".jp-OutputArea .widget-slider").scroll_into_view_if_needed()
        lab.screenshots(page, "explore")
