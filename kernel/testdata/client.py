"""Drives the echo kernel through jupyter_client: one conversation after the other, each checked."""
import os
import signal
import socket
import time

from jupyter_client.manager import KernelManager
from jupyter_client.session import Session

WAIT = 20  # seconds; a busy machine may take its time, nothing takes this long


def start():
    km = KernelManager(kernel_name="echo")
    km.start_kernel()
    kc = km.client()
    kc.start_channels()
    kc.wait_for_ready(timeout=WAIT)
    return km, kc


def run(kc, code, **options):
    """Runs a cell; returns the reply's content and the iopub messages between busy and idle."""
    msg_id = kc.execute(code, **options)
    return reply(kc, msg_id)["content"], iopub(kc, msg_id)


def reply(kc, msg_id, channel="shell"):
    while True:
        m = getattr(kc, f"get_{channel}_msg")(timeout=WAIT)
        if m["parent_header"].get("msg_id") == msg_id:
            return m


def iopub(kc, msg_id):
    got = []
    while True:
        m = kc.get_iopub_msg(timeout=WAIT)
        if m["parent_header"].get("msg_id") != msg_id:
            continue
        if m["msg_type"] == "status":
            if m["content"]["execution_state"] == "idle":
                return got
            continue
        got.append((m["msg_type"], m["content"]))


def wait_busy(kc, msg_id):
    while True:
        m = kc.get_iopub_msg(timeout=WAIT)
        if m["parent_header"].get("msg_id") == msg_id and m["msg_type"] == "execute_input":
            return


def ended(km):
    deadline = time.time() + WAIT
    while km.is_alive():
        assert time.time() < deadline, "the kernel lives on"
        time.sleep(0.05)


km, kc = start()

# kernel_info on shell, and on control
info = reply(kc, kc.kernel_info())["content"]
assert info["protocol_version"] == "5.4" and info["language_info"]["name"] == "echo", info
m = kc.session.msg("kernel_info_request", {})
kc.control_channel.send(m)
assert reply(kc, m["header"]["msg_id"], "control")["content"]["status"] == "ok"

# a cell with streams and a result
content, out = run(kc, "print hello\nstderr careful\nresult 42")
assert content["status"] == "ok" and content["execution_count"] == 1, content
assert [t for t, _ in out] == ["execute_input", "stream", "stream", "execute_result"], out
assert out[1][1] == {"name": "stdout", "text": "hello\n"}, out
assert out[3][1]["data"]["text/plain"] == "42", out

# an error
content, out = run(kc, "fail Bad luck")
assert content["status"] == "error" and content["ename"] == "Bad", content
assert [t for t, _ in out] == ["execute_input", "error"], out

# stdin and a password: jupyter_client's own helper
answers = iter(["Ada", "secret"])
r = kc.execute_interactive("input your name? \npassword pass: ", allow_stdin=True, timeout=WAIT, output_hook=lambda m: None,
                           stdin_hook=lambda m: kc.input(next(answers)))
assert r["content"]["status"] == "ok", r["content"]

# completion, is_complete, inspection
run(kc, "set x seven")
assert reply(kc, kc.complete("print x", 7))["content"]["matches"] == ["x"]
assert reply(kc, kc.is_complete("a \\"))["content"] == {"status": "incomplete", "indent": "  "}
assert reply(kc, kc.inspect("x", 1))["content"]["found"] is True
assert reply(kc, kc.inspect("y", 1))["content"]["found"] is False

# 20 000 000 bytes of output: the cap and its note
content, out = run(kc, "bytes 20000000")
text = "".join(c["text"] for t, c in out if t == "stream" and c["name"] == "stdout")
assert len(text) == 10 << 20, len(text)
assert "the rest is in" in out[-1][1]["text"], out[-1]

# completion while a cell runs, then an interrupt by message, and the queue behind it
busy = kc.execute("sleep 1h")
behind = kc.execute("print never")
wait_busy(kc, busy)
t0 = time.time()
assert reply(kc, kc.complete("x", 1))["content"]["matches"] == ["x"]
km.interrupt_kernel()
assert reply(kc, busy)["content"]["ename"] == "Interrupt"
assert time.time() - t0 < 2, time.time() - t0
assert reply(kc, behind)["content"]["status"] == "aborted"
km.interrupt_kernel()  # idle: nothing happens
content, out = run(kc, "print alive")
assert content["status"] == "ok", content

# the same by signal
busy = kc.execute("sleep 1h")
wait_busy(kc, busy)
os.kill(km.provisioner.pid, signal.SIGINT)
assert reply(kc, busy)["content"]["ename"] == "Interrupt"

# rubbish on every port, and connections that say nothing, leave the kernel standing
quiet = []
for port in km.ports:
    for rubbish in (b"", b"\0" * 10, os.urandom(4096), b"\xff" + b"\0" * 8 + b"\x7f\x03" + b"\0" * 53 + b"\x06" + b"\xff" * 8):
        s = socket.create_connection(("127.0.0.1", port))
        s.sendall(rubbish)
        quiet.append(s)
content, out = run(kc, "print alive")
assert content["status"] == "ok", content
# a second client comes in past them, and both hear what the other does
kc2 = km.client()
kc2.start_channels(hb=False)
m = kc2.get_iopub_msg(timeout=WAIT)
assert m["msg_type"] == "iopub_welcome" and m["content"] == {"subscription": ""} and m["parent_header"] == {}, m
kc2.wait_for_ready(timeout=WAIT)
msg_id = kc2.execute("print from the second")
assert ("stream", {"name": "stdout", "text": "from the second\n"}) in iopub(kc, msg_id)
reply(kc2, msg_id)
kc2.stop_channels()
# a client with another key is not heard
kc3 = km.client()
kc3.session = Session(key=b"another")
kc3.start_channels(hb=False)
kc3.execute("print forged")
kc3.stop_channels()
for s in quiet:
    s.close()
content, out = run(kc, "print alive")
assert out[-1][1]["text"] == "alive\n", out

# heartbeat
assert kc.hb_channel.is_beating()

# restart, history across it, shutdown
km.restart_kernel()
kc.wait_for_ready(timeout=WAIT)
content, out = run(kc, "print again")
assert content["execution_count"] == 1, content
h = reply(kc, kc.history(hist_access_type="tail", n=2))["content"]["history"]
assert h[-1][2] == "print again" and h[-2][2] == "print alive" and h[-1][0] == h[-2][0] + 1, h
kc.execute("sleep 1h")
t0 = time.time()
km.shutdown_kernel(restart=False)
assert time.time() - t0 < 5, f"shutdown took {time.time() - t0:.1f} s"
kc.stop_channels()

# the kernel ends by SIGTERM
km, kc = start()
os.kill(km.provisioner.pid, signal.SIGTERM)
ended(km)
kc.stop_channels()
print("all well")
