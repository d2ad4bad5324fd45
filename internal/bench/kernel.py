"""Drives one Jupyter kernel as a front end does and times what a person waits for.

Standard input holds a JSON object: argv that starts the kernel ("{connection_file}" in
it), env beside this process's, dir to run in, and cells by what they are. NNN in a cell
becomes a number that no cell had before. Standard output gets the figures, in seconds
and bytes.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psutil
import zmq
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

TIMEOUT = 300  # of any single answer
job = json.load(sys.stdin)
last = time.time_ns() // 1000 % 10**9


def numbered(cell):
    global last
    last += 1
    return cell.replace("NNN", str(last))


class Kernel:
    def __init__(self, setup):
        file, _ = write_connection_file(str(Path(job["dir"], f"kernel-{time.time_ns()}.json")))
        context = zmq.Context()
        context.setsockopt(zmq.RECONNECT_IVL, 1)  # by default a socket that is not there yet is tried ten times a second
        argv = [a.replace("{connection_file}", file) for a in job["argv"]]
        with open(Path(job["dir"], "kernel.log"), "ab") as log:
            start = time.perf_counter()
            self.process = subprocess.Popen(argv, env={**os.environ, **job.get("env", {})}, cwd=job["dir"], stdout=log, stderr=log)
        self.client = BlockingKernelClient(context=context)
        self.client.load_connection_file(file)
        self.client.start_channels(hb=False, stdin=False)
        self.client.kernel_info()
        self.client.get_shell_msg(timeout=TIMEOUT)
        self.ready = time.perf_counter() - start
        self.setup = setup

    def __enter__(self):
        for cell in self.setup:
            self.run([cell])
        return self

    def __exit__(self, *_):
        self.client.shutdown()
        self.process.wait(20)
        self.client.stop_channels()

    def run(self, cells):
        """Sends all cells at once and gives the time until the last is answered and idle."""
        start = time.perf_counter()
        open_ = {self.client.execute(c, allow_stdin=False): c for c in cells}
        unanswered, errors = set(open_), []
        while open_:
            m = self.client.get_iopub_msg(timeout=TIMEOUT)
            if m["msg_type"] == "error":
                errors.append(f"{m['content']['ename']}: {m['content']['evalue']}")
            if m["msg_type"] == "status" and m["content"]["execution_state"] == "idle":
                open_.pop(m["parent_header"].get("msg_id"), None)
        while unanswered:
            m = self.client.get_shell_msg(timeout=TIMEOUT)
            unanswered.discard(m["parent_header"].get("msg_id"))
            if m["content"]["status"] != "ok":
                sys.exit("\n\n".join(cells) + "\na cell failed: " + "; ".join(errors))
        return time.perf_counter() - start

    def p50(self, cells):
        return statistics.median(self.run([c]) for c in cells)

    def complete(self):
        code, want = job["complete"], job["completed"]
        start = time.perf_counter()
        self.client.complete(code.replace("|", ""), code.index("|"))
        content = self.client.get_shell_msg(timeout=TIMEOUT)["content"]
        took = time.perf_counter() - start
        if not any(want in match for match in content.get("matches", [])):
            sys.exit(f"completion of {code!r} gave {content}")
        return took

    def memory(self):
        """Resident memory of the kernel and all that it has started, in bytes."""
        kernel = psutil.Process(self.process.pid)
        return sum(p.memory_info().rss for p in [kernel, *kernel.children(recursive=True)])


def starts():
    """The times from nothing to the first reply, and to the first cell's end."""
    for _ in range(job["starts"]):
        with Kernel([]) as kernel:
            yield kernel.ready, kernel.ready + kernel.run([job["cells"]["arithmetic"]])


def session(kernel):
    """Runs many cells of several kinds, and gives the mean time of the first and the last twenty by the medians of their kinds."""
    kinds, times = job["session"], []
    for i in range(job["session_cells"]):
        times.append(kernel.run([numbered(kinds[i % len(kinds)])]))

    def typical(some):
        return statistics.mean(statistics.median(some[k :: len(kinds)]) for k in range(len(kinds)))

    return typical(times[:20]), typical(times[-20:])


def main():
    ready, first = zip(*starts())
    figures = {"ready": statistics.median(ready), "first cell": statistics.median(first)}
    with Kernel(job["setup"]) as kernel:
        for name, cell in job["cells"].items():
            cells = [numbered(cell) for _ in range(job["repeat"])]
            figures[name] = kernel.p50(cells)
            if name == "function":
                again = cells
        figures["complete"] = statistics.median(kernel.complete() for _ in range(job["repeat"]))
    with Kernel(job["setup"]) as kernel:
        figures["again"] = kernel.p50(again)
    notebook = json.loads(numbered(json.dumps(job["notebook"])))
    for name in ("run all", "run all again"):
        with Kernel([]) as kernel:
            figures[name] = kernel.run(notebook)
    if "session" in job:
        with Kernel(job["setup"]) as kernel:
            figures["first 20"], figures["last 20"] = session(kernel)
            figures["memory"] = kernel.memory()
    json.dump(figures, sys.stdout)


main()
