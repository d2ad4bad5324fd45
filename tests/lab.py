"""JupyterLab in headless Chromium, for the tests that look at a page."""

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

import pytest

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
READY = """async () => { const w = window.jupyterapp.shell.currentWidget; await w.context.ready; await w.sessionContext.ready;
           const k = w.sessionContext.session.kernel; await k.info; return k.name }"""
JUPYTER = pathlib.Path(sys.executable).parent / "jupyter"


def missing():
    """What these tests need and do not find, or None."""
    if not shutil.which("chromium"):
        return "no chromium: sudo apt-get install -y chromium"
    if not (pathlib.Path(sys.prefix) / "share/jupyter/kernels/lislab/kernel.json").exists():
        return "no kernel lislab in this Python environment: make build"
    return None


def require():
    """Skips a test without its tools; in CI that is a failure."""
    if why := missing():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)


def notebook(path, cells):
    """Writes a notebook for our kernel of the given code cells."""
    spec = {"name": "lislab", "display_name": "Go (lislab)", "language": "go"}
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": [
        {"cell_type": "code", "id": f"cell-{n}", "metadata": {}, "execution_count": None, "outputs": [], "source": code}
        for n, code in enumerate(cells)]}))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def served(folder):
    """Runs JupyterLab on folder, away from anybody's settings, and gives its address."""
    env, settings = dict(os.environ, JUPYTER_PREFER_ENV_PATH="1"), folder / ".settings"
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"):
        env[name] = str(settings / name)
        os.makedirs(env[name])
    quiet = settings / "JUPYTERLAB_SETTINGS_DIR/@jupyterlab/apputils-extension"
    quiet.mkdir(parents=True)
    (quiet / "notification.jupyterlab-settings").write_text('{"fetchNews":"false","checkForUpdates":false,"doNotDisturbMode":true}')
    port = free_port()
    with open(settings / "log", "w") as log:
        server = subprocess.Popen(
            [JUPYTER, "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
             "--IdentityProvider.token=t", f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True"],
            env=env, stdout=log, stderr=log)
        try:
            for end in range(300):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token=t").read()
                    break
                except OSError:
                    assert server.poll() is None, (settings / "log").read_text()
                    time.sleep(0.2)
            else:
                raise TimeoutError((settings / "log").read_text())
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()  # a thread of its pool may outlive its loop, and then it waits for ever
                server.wait()


@contextlib.contextmanager
def opened(folder, name):
    """Opens a notebook of folder and gives the page, its kernel ready."""
    from playwright.sync_api import sync_playwright

    with served(folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1600})
        page.set_default_timeout(120_000)
        page.goto(f"{address}/lab/workspaces/t/tree/{name}?reset&token=t", wait_until="domcontentloaded")
        ready(page)
        yield page
        browser.close()


def ready(page):
    """Waits for the notebook and its kernel, after opening or loading again."""
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook .jp-Cell")
    assert page.evaluate(READY) == "lislab"


def run_all(page):
    """Runs every cell; false when one failed."""
    return page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")


def picture_after(page, picture, act):
    """Does something to the page by JavaScript and gives the milliseconds until the picture is another, None where it stays."""
    return page.evaluate("""async ([picture, act]) => {
        const now = eval(picture), before = now(), start = performance.now();
        eval(act)();
        while (now() === before && performance.now() - start < 20000) await new Promise(done => setTimeout(done, 2));
        return now() === before ? null : performance.now() - start;
    }""", [picture, act])


def press(key):
    """The JavaScript that presses a key on the first slider."""
    return f"""() => {{ const handle = document.querySelector('.noUi-handle'); handle.focus();
                         handle.dispatchEvent(new KeyboardEvent('keydown', {{key: '{key}', bubbles: true}})) }}"""


def screenshots(page, name):
    """Where LISLAB_SCREENSHOTS names a folder, pictures of the page in both themes."""
    if folder := os.environ.get("LISLAB_SCREENSHOTS"):
        for theme in ("Light", "Dark"):
            page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", f"JupyterLab {theme}")
            time.sleep(2)
            page.screenshot(path=pathlib.Path(folder) / f"{name}-{theme.lower()}.png")
