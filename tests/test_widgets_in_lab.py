"""Tables, progress bars and widgets as a person sees them: in JupyterLab."""

import statistics

import lab

CELLS = [
    """import (
  "errors"
  "fmt"
  "math"

  "github.com/go-gota/gota/dataframe"
  "github.com/go-gota/gota/series"
  "github.com/lislab/lislab/kernel/display"
  "github.com/lislab/lislab/kernel/widget"
  "gonum.org/v1/plot"
  "gonum.org/v1/plot/plotter"
)""",
    'dataframe.New(series.New([]string{"<i>a</i>", "b"}, series.String, "item"), series.New([]float64{0.5, 2}, series.Float, "r"))',
    """n := widget.NewIntSlider("horizon", 0, 30, 7)
slot := widget.NewDropdown("slot", []string{"item", "user"})
widget.Interact(func(n int, slot string) (*plot.Plot, error) {
  if n == 0 {
    return nil, errors.New("nothing at 0")
  }
  p := plot.New()
  p.Title.Text = fmt.Sprint(slot, " at ", n)
  xs := make(plotter.XYs, 50)
  for i := range xs {
    xs[i].X, xs[i].Y = float64(i), math.Sin(float64(i*n)/30)
  }
  l, err := plotter.NewLine(xs)
  if err != nil {
    return nil, err
  }
  p.Add(l)
  return p, nil
}, n, slot)""",
    """bar := display.NewProgress(50, "days")
bar.Set(20)
panic("stop")""",
]
PICTURE = """() => { const p = document.querySelector('.jupyter-widgets.widget-output img, .jupyter-widgets .jp-RenderedSVG svg');
                return p ? (p.src || p.outerHTML) : '' }"""
LIMIT_MS = 200  # from the key to the new picture


def readout(page):
    return page.locator(".jp-OutputArea .widget-readout").first.inner_text()


def test_in_lab(tmp_path):
    lab.require()
    lab.notebook(tmp_path / "w.ipynb", CELLS)
    with lab.opened(tmp_path, "w.ipynb") as page:
        assert not lab.run_all(page)  # the last cell panics
        page.wait_for_selector(".jp-OutputArea .widget-slider")

        table = page.locator(".jp-RenderedHTML table.dataframe").first
        assert table.locator("td").filter(has_text="<i>a</i>").count() == 1, "a cell's text is text"

        bar = page.locator(".jp-OutputArea [role=progressbar]")
        assert bar.count() == 1 and bar.get_attribute("aria-valuenow") == "40"
        colour = bar.locator("span").evaluate("e => getComputedStyle(e).backgroundColor")
        red, green, blue = (int(v) for v in colour[4:-1].split(","))
        assert red > 2 * max(green, blue), f"the bar of a failed cell is red, not {colour}"

        page.wait_for_function(PICTURE)
        assert readout(page) == "7"
        took = [lab.picture_after(page, PICTURE, lab.press(key)) for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowRight", "ArrowRight")]
        assert None not in took, "a move changes the picture"
        assert readout(page) == "10"
        assert statistics.median(took) < LIMIT_MS, f"a move took {took} ms"

        page.locator(".jp-OutputArea .widget-dropdown select").select_option("user")
        page.wait_for_function("() => decodeURIComponent((%s)()).includes('user at 10')" % PICTURE)

        page.locator(".noUi-handle").first.focus()
        page.keyboard.press("Home")
        page.wait_for_selector(".jupyter-widgets.widget-output [data-mime-type='application/vnd.jupyter.stderr']")
        assert "nothing at 0" in page.locator(".jupyter-widgets.widget-output").inner_text()
        lab.picture_after(page, PICTURE, lab.press("ArrowRight"))

        page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        page.reload(wait_until="domcontentloaded")
        lab.ready(page)
        page.wait_for_selector(".jp-OutputArea .widget-slider")
        page.wait_for_function(PICTURE)
        assert readout(page) == "1", "a page loaded anew stands where the kernel does"
        assert lab.picture_after(page, PICTURE, lab.press("ArrowRight")) is not None, "and its slider still moves the picture"
        assert readout(page) == "2"
        lab.screenshots(page, "widgets")
