package display

// The MIME types that front ends know.
const (
	MIMEText       = "text/plain"
	MIMEHTML       = "text/html"
	MIMEMarkdown   = "text/markdown"
	MIMELaTeX      = "text/latex"
	MIMESVG        = "image/svg+xml"
	MIMEPNG        = "image/png"
	MIMEJPEG       = "image/jpeg"
	MIMEGIF        = "image/gif"
	MIMEPDF        = "application/pdf"
	MIMEJSON       = "application/json"
	MIMEJavaScript = "application/javascript"
	// MIMEVegaLite is the Vega-Lite major that JupyterLab 4 renders; it bundles
	// 5.6.1, so specs stay within that.
	MIMEVegaLite = "application/vnd.vegalite.v5+json"
	// MIMEWidget is a view of an ipywidgets model.
	MIMEWidget = "application/vnd.jupyter.widget-view+json"
)
