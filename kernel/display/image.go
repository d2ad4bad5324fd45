package display

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/gif"  // so that a GIF's size is known
	_ "image/jpeg" // so that a JPEG's size is known
	"image/png"
	"strings"
)

// magic is how the picture formats that front ends show begin.
var magic = map[string]string{
	"\x89PNG\r\n\x1a\n": MIMEPNG,
	"\xff\xd8\xff":      MIMEJPEG,
	"GIF87a":            MIMEGIF,
	"GIF89a":            MIMEGIF,
}

// imageType is the MIME type of b where b holds a picture, else "".
func imageType(b []byte) string {
	for start, mime := range magic {
		if bytes.HasPrefix(b, []byte(start)) {
			return mime
		}
	}
	return ""
}

// setImage shows a picture as PNG.
func (b *bundle) setImage(m image.Image) {
	var buf bytes.Buffer
	r := m.Bounds()
	b.Data[MIMEText] = fmt.Sprintf("%s, %d×%d pixels", strings.TrimPrefix(fmt.Sprintf("%T", m), "*"), r.Dx(), r.Dy())
	if r.Empty() {
		return
	}
	if err := png.Encode(&buf, m); err != nil {
		panic(err) // caught by Of, which reports it
	}
	b.Data[MIMEPNG] = buf.Bytes()
}

// addSize fills in width and height of an encoded picture, unless they are
// given. Without them a page jumps when the picture arrives.
func (b *bundle) addSize(mime string, encoded any) {
	if mime != MIMEPNG && mime != MIMEJPEG && mime != MIMEGIF || b.Metadata[mime] != nil {
		return
	}
	s, _ := encoded.(string)
	c, _, err := image.DecodeConfig(base64.NewDecoder(base64.StdEncoding, strings.NewReader(s)))
	if err != nil {
		return
	}
	b.Metadata[mime] = map[string]any{"width": c.Width, "height": c.Height}
}
