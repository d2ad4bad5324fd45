"""Write models.json: the state with which ipywidgets opens each model we have.

usage: python models.py > models.json      (with ipywidgets 8 installed)

References to the layout and the style come out as the referenced model's
name, so that the file also says which style goes with which widget.
"""
import json
import sys

import ipywidgets as w

PLAIN = [
    w.IntSlider, w.FloatSlider, w.FloatLogSlider, w.IntRangeSlider, w.FloatRangeSlider,
    w.Checkbox, w.ToggleButton, w.Text, w.Textarea, w.IntText, w.FloatText, w.Button,
    w.IntProgress, w.FloatProgress, w.Label, w.HTML, w.Output, w.Image, w.HBox, w.VBox, w.Tab, w.Accordion,
]
SELECTIONS = [w.SelectionSlider, w.Dropdown, w.Select, w.SelectMultiple, w.RadioButtons, w.ToggleButtons]


def state(widget):
    s = widget.get_state()
    for key in ("layout", "style"):
        if key in s:
            s[key] = getattr(widget, key)._model_name
    return s


def main():
    models, waiting = {}, [c() for c in PLAIN] + [c(options=["a"]) for c in SELECTIONS]
    while waiting:
        widget = waiting.pop()
        s = state(widget)
        if s["_model_name"] in models:
            continue
        if "_options_labels" in s:  # what the options above left behind
            s["_options_labels"], s["index"] = [], [] if s["index"] == [] or s["index"] == () else None
        models[s["_model_name"]] = s
        waiting += [getattr(widget, key) for key in ("layout", "style") if key in s]
    json.dump(models, sys.stdout, indent=1, sort_keys=True, default=lambda v: "" if isinstance(v, (bytes, memoryview)) else list(v))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
