"""What a kernel leaves on disk: nothing but the cache, however it ends; and how it starts where there is no cache."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

BIN = os.environ.get("LISLAB_BIN", str(Path(__file__).resolve().parent.parent / "bin" / "lislab"))


class Kernel:
    """A kernel with its own home and temporary folder, and the user's caches."""

    def __init__(self, folder, **env):
        home, self.tmp = folder / "home", folder / "tmp"
        for d in (home, self.tmp):
            d.mkdir(exist_ok=True)
        cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        gopath = subprocess.run(["go", "env", "GOPATH"], capture_output=True, text=True, check=True).stdout.strip()
        file, _ = write_connection_file(str(folder / f"connection-{time.time_ns()}.json"))
        self.began = time.monotonic()
        self.process = subprocess.Popen([BIN, "kernel", file], env={**os.environ, "HOME": str(home), "TMPDIR": str(self.tmp), "XDG_CACHE_HOME": cache, "GOPATH": gopath, **env})
        self.client = BlockingKernelClient()
        self.client.load_connection_file(file)
        self.client.start_channels(hb=False, stdin=False)
        self.client.kernel_info()
        self.client.get_shell_msg(timeout=30)
        self.ready = time.monotonic() - self.began

    def run(self, code):
        self.client.execute(code)
        return self.client.get_shell_msg(timeout=240)["content"]

    def end(self):
        self.client.shutdown()
        self.process.wait(20)
        self.client.stop_channels()

    def children(self):
        return psutil.Process(self.process.pid).children(recursive=True)


# A cell that is compiled, and so leaves what there is to leave.
COMPILED = "func leave(xs ...int) (n int) {\n\tfor range xs {\n\t\tn++\n\t}\n\treturn n\n}\nleave(1, 2)"


def left(folder):
    """The files below a folder, less the notebook's history and the Go command's own counters."""
    found = (str(p.relative_to(folder)) for d in ("home", "tmp") for p in (folder / d).rglob("*") if p.is_file())
    return sorted(f for f in found if "/.config/go/" not in f and not Path(f).name.startswith("history.jsonl"))


def gone(processes):
    _, alive = psutil.wait_procs(processes, timeout=10)
    return not alive


def test_nothing_is_left_after_shutdown(tmp_path):
    kernel = Kernel(tmp_path)
    assert kernel.run(COMPILED)["status"] == "ok"
    assert left(tmp_path), "the session keeps its module somewhere else"
    workers = kernel.children()
    kernel.end()
    assert gone(workers)
    assert left(tmp_path) == []
    assert not any((tmp_path / "tmp").iterdir())


def test_the_next_start_removes_what_a_killed_kernel_left(tmp_path):
    killed = Kernel(tmp_path)
    assert killed.run(COMPILED)["status"] == "ok"
    workers = killed.children()
    killed.process.send_signal(signal.SIGKILL)
    killed.process.wait()
    killed.client.stop_channels()
    assert gone(workers), "a worker outlives its kernel"
    assert left(tmp_path), "nothing to remove"
    after = Kernel(tmp_path)
    assert after.run(COMPILED)["status"] == "ok"
    after.end()
    assert left(tmp_path) == []
    assert not any((tmp_path / "tmp").iterdir())


def test_a_killed_worker_leaves_nothing(tmp_path):
    kernel = Kernel(tmp_path)
    assert kernel.run(COMPILED)["status"] == "ok"
    before = left(tmp_path)
    for worker in kernel.children():
        worker.kill()
    kernel.run(COMPILED)  # this one may be told that the worker died
    assert kernel.run(COMPILED)["status"] == "ok"
    assert left(tmp_path) == before
    kernel.end()
    assert left(tmp_path) == []


def test_a_cold_start_answers_at_once_and_shows_the_build(tmp_path):
    kernel = Kernel(tmp_path, LISLAB_CACHE=str(tmp_path / "cache"))
    try:
        assert kernel.ready < 2 or os.getloadavg()[0] > 4, f"kernel_info was answered after {kernel.ready:.1f} s"
        cell = kernel.client.execute("1 + 1")
        said = ""
        while "worker program" not in said:
            m = kernel.client.get_iopub_msg(timeout=240)
            if m["parent_header"].get("msg_id") == cell and m["msg_type"] == "stream":
                said += m["content"]["text"]
        assert "…" in said
        reply = kernel.client.get_shell_msg(timeout=240)["content"]
        assert reply["status"] == "ok"
    finally:
        kernel.end()
    assert list((tmp_path / "cache").rglob("worker"))


