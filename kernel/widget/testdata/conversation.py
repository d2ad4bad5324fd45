"""Write conversation.json: what ipywidgets itself says, for the tests to compare.

usage: python conversation.py > conversation.json      (with ipywidgets 8 installed)
"""
import json

import comm

said, comms = [], {}


class Recorder(comm.base_comm.BaseComm):
    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        said.append({"kind": msg_type, "comm_id": self.comm_id, "target_name": keys.get("target_name", ""), "data": data,
                     "metadata": metadata or {}, "buffers": [bytes(b).decode("latin1") for b in buffers or []]})


def create_comm(*args, **kwargs):
    c = Recorder(*args, **kwargs)
    comms[c.comm_id] = c
    return c


comm.create_comm = create_comm
import ipywidgets as w  # noqa: E402  (it takes create_comm at import)
from ipywidgets.widgets import widget  # noqa: E402


def hear(c, data, buffers=()):
    c.handle_msg({"content": {"comm_id": c.comm_id, "data": data}, "buffers": list(buffers)})


def take():
    global said
    out, said = said, []
    return out


def main():
    out = {}
    s = w.IntSlider(min=0, max=30, value=7, description="horizon")
    out["open"] = take()
    hear(s.comm, {"method": "update", "state": {"value": 8}, "buffer_paths": []})
    out["move"] = take()
    s.value = 9
    out["set"] = take()
    hear(s.comm, {"method": "request_state"})
    out["request_state"] = take()
    control = create_comm(target_name="jupyter.widget.control", primary=False)
    widget.Widget.handle_control_comm_opened(control, {"metadata": {"version": "1.0.0"}})
    take()
    hear(control, {"method": "request_states"})
    out["request_states"] = take()
    s.close()
    out["close"] = take()
    w.Image(value=b"png")
    out["image"] = take()
    text = json.dumps(out, indent=1)
    for n, comm_id in enumerate(comms, 1):  # in the order of their making, so that two runs agree
        text = text.replace(comm_id, "comm-%d" % n)
    print(json.dumps(json.loads(text), indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
