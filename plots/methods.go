package plots

import "gonum.org/v1/plot"

// Every display has the same renderings. They are written out, type by type,
// because a notebook finds them by the method set of the value it is shown.

// String is what Alt says, for where no picture can be shown.
func (d *CurveDisplay) String() string { return d.Alt() }

// SVG is the drawing as an SVG element.
func (d *CurveDisplay) SVG() string { return svg(d) }

// PNG is the drawing as a PNG file.
func (d *CurveDisplay) PNG() []byte { return png(d) }

// MIMEBundle tells a notebook the drawing's text and its size on the page.
func (d *CurveDisplay) MIMEBundle() (data, metadata map[string]any) { return bundle(d) }

// Save writes the drawing to a file; .svg, .png or .pdf by its ending.
func (d *CurveDisplay) Save(path string) error { return save(d, path) }

func (d *CurveDisplay) theme() Theme                    { return d.Theme.filled() }
func (d *CurveDisplay) panels() ([][]*plot.Plot, error) { return one(d.Plot()) }

// String is what Alt says, for where no picture can be shown.
func (d *HeatmapDisplay) String() string { return d.Alt() }

// SVG is the drawing as an SVG element.
func (d *HeatmapDisplay) SVG() string { return svg(d) }

// PNG is the drawing as a PNG file.
func (d *HeatmapDisplay) PNG() []byte { return png(d) }

// MIMEBundle tells a notebook the drawing's text and its size on the page.
func (d *HeatmapDisplay) MIMEBundle() (data, metadata map[string]any) { return bundle(d) }

// Save writes the drawing to a file; .svg, .png or .pdf by its ending.
func (d *HeatmapDisplay) Save(path string) error { return save(d, path) }

func (d *HeatmapDisplay) panels() ([][]*plot.Plot, error) { return one(d.Plot()) }

// String is what Alt says, for where no picture can be shown.
func (d *ForestDisplay) String() string { return d.Alt() }

// SVG is the drawing as an SVG element.
func (d *ForestDisplay) SVG() string { return svg(d) }

// PNG is the drawing as a PNG file.
func (d *ForestDisplay) PNG() []byte { return png(d) }

// MIMEBundle tells a notebook the drawing's text and its size on the page.
func (d *ForestDisplay) MIMEBundle() (data, metadata map[string]any) { return bundle(d) }

// Save writes the drawing to a file; .svg, .png or .pdf by its ending.
func (d *ForestDisplay) Save(path string) error { return save(d, path) }

func (d *ForestDisplay) panels() ([][]*plot.Plot, error) { return one(d.Plot()) }

// String is what Alt says, for where no picture can be shown.
func (d *MemorisedDisplay) String() string { return d.Alt() }

// SVG is the drawing as an SVG element.
func (d *MemorisedDisplay) SVG() string { return svg(d) }

// PNG is the drawing as a PNG file.
func (d *MemorisedDisplay) PNG() []byte { return png(d) }

// MIMEBundle tells a notebook the drawing's text and its size on the page.
func (d *MemorisedDisplay) MIMEBundle() (data, metadata map[string]any) { return bundle(d) }

// Save writes the drawing to a file; .svg, .png or .pdf by its ending.
func (d *MemorisedDisplay) Save(path string) error { return save(d, path) }

func (d *MemorisedDisplay) panels() ([][]*plot.Plot, error) { return one(d.Plot()) }

// String is what Alt says, for where no picture can be shown.
func (d *CoinDisplay) String() string { return d.Alt() }

// SVG is the drawing as an SVG element.
func (d *CoinDisplay) SVG() string { return svg(d) }

// PNG is the drawing as a PNG file.
func (d *CoinDisplay) PNG() []byte { return png(d) }

// MIMEBundle tells a notebook the drawing's text and its size on the page.
func (d *CoinDisplay) MIMEBundle() (data, metadata map[string]any) { return bundle(d) }

// Save writes the drawing to a file; .svg, .png or .pdf by its ending.
func (d *CoinDisplay) Save(path string) error { return save(d, path) }

func (d *CoinDisplay) panels() ([][]*plot.Plot, error) { return one(d.Plot()) }

// String is what Alt says, for where no picture can be shown.
func (d *SaturationDisplay) String() string { return d.Alt() }

// SVG is the drawing as an SVG element.
func (d *SaturationDisplay) SVG() string { return svg(d) }

// PNG is the drawing as a PNG file.
func (d *SaturationDisplay) PNG() []byte { return png(d) }

// MIMEBundle tells a notebook the drawing's text and its size on the page.
func (d *SaturationDisplay) MIMEBundle() (data, metadata map[string]any) { return bundle(d) }

// Save writes the drawing to a file; .svg, .png or .pdf by its ending.
func (d *SaturationDisplay) Save(path string) error { return save(d, path) }

func (d *SaturationDisplay) theme() Theme                    { return d.Theme.filled() }
func (d *SaturationDisplay) panels() ([][]*plot.Plot, error) { return one(d.Plot()) }

// String is what Alt says, for where no picture can be shown.
func (d *LiftDisplay) String() string { return d.Alt() }

// SVG is the drawing as an SVG element.
func (d *LiftDisplay) SVG() string { return svg(d) }

// PNG is the drawing as a PNG file.
func (d *LiftDisplay) PNG() []byte { return png(d) }

// MIMEBundle tells a notebook the drawing's text and its size on the page.
func (d *LiftDisplay) MIMEBundle() (data, metadata map[string]any) { return bundle(d) }

// Save writes the drawing to a file; .svg, .png or .pdf by its ending.
func (d *LiftDisplay) Save(path string) error { return save(d, path) }

func (d *LiftDisplay) panels() ([][]*plot.Plot, error) { return one(d.Plot()) }

// String is what Alt says, for where no picture can be shown.
func (d *TimelineDisplay) String() string { return d.Alt() }

// SVG is the drawing as an SVG element.
func (d *TimelineDisplay) SVG() string { return svg(d) }

// PNG is the drawing as a PNG file.
func (d *TimelineDisplay) PNG() []byte { return png(d) }

// MIMEBundle tells a notebook the drawing's text and its size on the page.
func (d *TimelineDisplay) MIMEBundle() (data, metadata map[string]any) { return bundle(d) }

// Save writes the drawing to a file; .svg, .png or .pdf by its ending.
func (d *TimelineDisplay) Save(path string) error { return save(d, path) }

func (d *TimelineDisplay) panels() ([][]*plot.Plot, error) { return one(d.Plot()) }

// String is what Alt says, for where no picture can be shown.
func (d *ROCDisplay) String() string { return d.Alt() }

// SVG is the drawing as an SVG element.
func (d *ROCDisplay) SVG() string { return svg(d) }

// PNG is the drawing as a PNG file.
func (d *ROCDisplay) PNG() []byte { return png(d) }

// MIMEBundle tells a notebook the drawing's text and its size on the page.
func (d *ROCDisplay) MIMEBundle() (data, metadata map[string]any) { return bundle(d) }

// Save writes the drawing to a file; .svg, .png or .pdf by its ending.
func (d *ROCDisplay) Save(path string) error { return save(d, path) }

func (d *ROCDisplay) theme() Theme                    { return d.Theme.filled() }
func (d *ROCDisplay) panels() ([][]*plot.Plot, error) { return one(d.Plot()) }

// String is what Alt says, for where no picture can be shown.
func (d *ScoresDisplay) String() string { return d.Alt() }

// SVG is the drawing as an SVG element.
func (d *ScoresDisplay) SVG() string { return svg(d) }

// PNG is the drawing as a PNG file.
func (d *ScoresDisplay) PNG() []byte { return png(d) }

// MIMEBundle tells a notebook the drawing's text and its size on the page.
func (d *ScoresDisplay) MIMEBundle() (data, metadata map[string]any) { return bundle(d) }

// Save writes the drawing to a file; .svg, .png or .pdf by its ending.
func (d *ScoresDisplay) Save(path string) error { return save(d, path) }

func (d *ScoresDisplay) theme() Theme                    { return d.Theme.filled() }
func (d *ScoresDisplay) panels() ([][]*plot.Plot, error) { return one(d.Plot()) }

// String is what Alt says, for where no picture can be shown.
func (d *CalibrationDisplay) String() string { return d.Alt() }

// SVG is the drawing as an SVG element.
func (d *CalibrationDisplay) SVG() string { return svg(d) }

// PNG is the drawing as a PNG file.
func (d *CalibrationDisplay) PNG() []byte { return png(d) }

// MIMEBundle tells a notebook the drawing's text and its size on the page.
func (d *CalibrationDisplay) MIMEBundle() (data, metadata map[string]any) { return bundle(d) }

// Save writes the drawing to a file; .svg, .png or .pdf by its ending.
func (d *CalibrationDisplay) Save(path string) error { return save(d, path) }

func (d *CalibrationDisplay) theme() Theme                    { return d.Theme.filled() }
func (d *CalibrationDisplay) panels() ([][]*plot.Plot, error) { return one(d.Plot()) }

// String is what Alt says, for where no picture can be shown.
func (d *ColdStartDisplay) String() string { return d.Alt() }

// SVG is the drawing as an SVG element.
func (d *ColdStartDisplay) SVG() string { return svg(d) }

// PNG is the drawing as a PNG file.
func (d *ColdStartDisplay) PNG() []byte { return png(d) }

// MIMEBundle tells a notebook the drawing's text and its size on the page.
func (d *ColdStartDisplay) MIMEBundle() (data, metadata map[string]any) { return bundle(d) }

// Save writes the drawing to a file; .svg, .png or .pdf by its ending.
func (d *ColdStartDisplay) Save(path string) error { return save(d, path) }

func (d *ColdStartDisplay) theme() Theme { return d.Theme.filled() }

// String is what Alt says, for where no picture can be shown.
func (d *WorldsDisplay) String() string { return d.Alt() }

// SVG is the drawing as an SVG element.
func (d *WorldsDisplay) SVG() string { return svg(d) }

// PNG is the drawing as a PNG file.
func (d *WorldsDisplay) PNG() []byte { return png(d) }

// MIMEBundle tells a notebook the drawing's text and its size on the page.
func (d *WorldsDisplay) MIMEBundle() (data, metadata map[string]any) { return bundle(d) }

// Save writes the drawing to a file; .svg, .png or .pdf by its ending.
func (d *WorldsDisplay) Save(path string) error { return save(d, path) }

func (d *WorldsDisplay) theme() Theme { return d.Theme.filled() }

// String is what Alt says, for where no picture can be shown.
func (d *Grid) String() string { return d.Alt() }

// SVG is the drawing as an SVG element.
func (d *Grid) SVG() string { return svg(d) }

// PNG is the drawing as a PNG file.
func (d *Grid) PNG() []byte { return png(d) }

// MIMEBundle tells a notebook the drawing's text and its size on the page.
func (d *Grid) MIMEBundle() (data, metadata map[string]any) { return bundle(d) }

// Save writes the drawing to a file; .svg, .png or .pdf by its ending.
func (d *Grid) Save(path string) error { return save(d, path) }
