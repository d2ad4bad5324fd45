"""Drives the kernel lislab from a real JupyterLab in headless Chromium.

lab.py FOLDER: works in FOLDER and leaves its screenshots there.
"""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
from playwright.sync_api import TimeoutError as Late
from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]

# The status bar says idle before there is a kernel: wait for the kernel itself.
READY = """async () => { const w = window.jupyterapp.shell.currentWidget; await w.context.ready; await w.sessionContext.ready;
           const k = w.sessionContext.session.kernel; await k.info; return k.name }"""
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
INDICATOR = ".jp-NotebookPanel .jp-Notebook-ExecutionIndicator[data-status='%s']"

CELLS = [
    'import ("fmt"; "time")\nx := 41',
    'x++\nfmt.Println("x is", x)\nx',
    'import "github.com/lislab/lislab/kernel/display"\ndisplay.HTML("<b id=bold>bold</b>")',
    'import ("gonum.org/v1/plot"; "gonum.org/v1/plot/plotter")\np := plot.New()\n'
    'l, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}, {X: 2, Y: 4}})\np.Add(l)\np',
    'import "github.com/lislab/lislab/kernel/widget"\nn := widget.NewIntSlider("n", 0, 10, 7)\n'
    'n.OnChange(func(v int) { fmt.Println("moved to", v) })\nn',
    "",
]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def jupyterlab(root):
    """A server on root whose settings ask nothing of the network; yields its port."""
    settings = root / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}))
    port = free_port()
    env = os.environ | {"JUPYTERLAB_SETTINGS_DIR": str(root / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(root / "workspaces")}
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
         "--ServerApp.port_retries=0", "--IdentityProvider.token=t", f"--ServerApp.root_dir={root}",
         "--LabApp.expose_app_in_browser=True"],
        env=env, stdout=(root / "server.log").open("w"), stderr=subprocess.STDOUT)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token=t")
                break
            assert server.poll() is None, (root / "server.log").read_text()
            time.sleep(0.1)
        else:
            raise AssertionError("JupyterLab does not answer")
        yield port
    finally:
        server.terminate()
        server.wait(30)


def step(what, since=[time.time()]):
    print(f"{time.time() - since[0]:6.1f} s  {what}", flush=True)


def outputs(page, n):
    """The text of the n-th code cell's outputs."""
    return page.locator(".jp-NotebookPanel .jp-CodeCell").nth(n).locator(".jp-OutputArea-output").all_inner_texts()


def wait_text(page, n, text):
    """Waits until the n-th code cell, or with -1 the last, shows text."""
    page.wait_for_function(
        "([n, text]) => [...document.querySelectorAll('.jp-NotebookPanel .jp-CodeCell .jp-Cell-outputWrapper')].at(n).innerText.includes(text)",
        arg=[n, text])


def write(page, code):
    """Puts code into the last cell."""
    editor = page.locator(".jp-NotebookPanel .jp-CodeCell").last.locator(".cm-content")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(code)
    return editor


def run(page, code):
    write(page, code)
    page.keyboard.press("Control+Enter")


def completions(page, picture):
    """The proposals that Tab gives at the cursor, with a picture of them; none are taken."""
    # JupyterLab drops an answer that takes longer than a second, which on a machine with other work may be; a person presses again.
    for last in (False, False, False, False, True):
        page.keyboard.press("Tab")
        try:
            page.wait_for_selector(".jp-Completer:not(.lm-mod-hidden) .jp-Completer-item", timeout=5000)
            break
        except Late:
            if last:
                raise
    found = page.locator(".jp-Completer-item .jp-Completer-match").all_inner_texts()
    page.screenshot(path=picture)
    page.keyboard.press("Escape")
    page.wait_for_selector(".jp-Completer:not(.lm-mod-hidden)", state="hidden")
    return found


def main(root):
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "lislab", "display_name": "Go (lislab)", "language": "go"}},
                                        cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    nbformat.write(notebook, root / "try.ipynb")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with jupyterlab(root) as port, sync_playwright() as playwright:
        step("JupyterLab answers")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1500})
        page.set_default_timeout(60_000)
        problems, outside = [], []  # what the browser complains of; what it asks of other machines
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: problems.append(str(e)))
        page.on("request", lambda r: None if r.url.startswith((f"http://127.0.0.1:{port}/", "data:", "blob:")) else outside.append(r.url))
        page.goto(f"http://127.0.0.1:{port}/lab/workspaces/t/tree/try.ipynb?reset&token=t", wait_until="domcontentloaded")
        page.wait_for_selector(".jp-NotebookPanel .jp-Notebook .jp-Cell")
        assert page.evaluate(READY) == "lislab"
        step("the kernel is ready")

        assert page.evaluate(RUN_ALL) is True, "a cell failed"
        assert outputs(page, 1)[0].strip() == "x is 42" and outputs(page, 1)[-1].strip() == "42", outputs(page, 1)
        assert page.locator("#bold").inner_text() == "bold"
        assert page.locator(".jp-CodeCell").nth(3).locator(".jp-RenderedSVG, .jp-RenderedImage").count() >= 1, outputs(page, 3)
        prompts = page.locator(".jp-NotebookPanel .jp-CodeCell .jp-InputPrompt").all_inner_texts()
        assert prompts[:4] == ["[1]:", "[2]:", "[3]:", "[4]:"], prompts
        assert page.locator(".widget-slider").count() == 1
        step("ran all")
        page.screenshot(path=root / "run.png")

        write(page, "fmt.Sprintl")
        assert "Sprintln" in completions(page, root / "complete.png")
        write(page, "fmt.Sprintln")
        page.keyboard.press("Shift+Tab")
        page.wait_for_selector(".jp-Tooltip")
        assert "func" in page.locator(".jp-Tooltip").inner_text()
        page.screenshot(path=root / "inspect.png")
        page.keyboard.press("Escape")
        step("completed and inspected")

        slider = page.locator(".widget-slider .noUi-handle")
        slider.focus()
        slider.press("ArrowRight")
        wait_text(page, 4, "moved to 8")
        assert page.locator(".widget-readout").inner_text() == "8"
        write(page, "")
        run(page, 'name, err := display.Input("name? ")\nfmt.Println("hello", name)\nn.Value()')
        answer = page.locator("input.jp-Stdin-input")
        answer.fill("Ada")
        answer.press("Enter")
        wait_text(page, 5, "hello Ada")
        wait_text(page, 5, "8")
        step("moved a slider, answered a question")
        page.screenshot(path=root / "widget.png")

        # While a cell runs: a completion, and the bar stays busy after it.
        page.evaluate("() => window.jupyterapp.commands.execute('notebook:insert-cell-below')")
        run(page, "time.Sleep(time.Minute)")
        page.wait_for_selector(INDICATOR % "busy")
        page.evaluate("() => window.jupyterapp.commands.execute('notebook:insert-cell-below')")
        write(page, "fmt.Sprintl")
        assert "Sprintln" in completions(page, root / "busy.png")
        page.wait_for_timeout(300)
        assert page.locator(INDICATOR % "busy").count() == 1, "the bar says idle while a cell runs"
        asked = time.time()
        page.click(".jp-NotebookPanel [data-command='notebook:interrupt-kernel']")
        page.wait_for_selector(INDICATOR % "idle")
        assert time.time() - asked < 2, "the interrupt took too long"
        wait_text(page, -2, "Interrupt")
        run(page, "x + 1")
        wait_text(page, -1, "43")
        step("completed during a run, interrupted, variables alive")
        page.screenshot(path=root / "interrupt.png")

        page.click(".jp-NotebookPanel .jp-DebuggerBugButton")
        page.wait_for_selector(".jp-DebuggerVariables")
        page.wait_for_function("() => document.querySelector('.jp-DebuggerVariables').innerText.includes('x')")
        shown = page.locator(".jp-DebuggerVariables").inner_text()
        assert "42" in shown, shown
        page.screenshot(path=root / "variables.png")
        step("the variables panel shows x")

        page.click(".jp-NotebookPanel [data-command='notebook:restart-kernel']")
        page.click(".jp-Dialog button.jp-mod-accept")
        page.wait_for_timeout(500)
        assert page.evaluate(READY) == "lislab"
        run(page, "x")
        wait_text(page, -1, "undefined")
        run(page, "6 * 7")
        wait_text(page, -1, "42")
        step("restarted")
        page.screenshot(path=root / "restart.png")
        browser.close()
    assert not outside, f"asked the network for {outside}"
    assert not problems, problems
    step("all well")


main(pathlib.Path(sys.argv[1]).resolve())
