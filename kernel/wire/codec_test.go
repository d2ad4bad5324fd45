package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// frames splits the lines of a message written by jupyter_client's Session.
func lines(s string) [][]byte { return bytes.Split([]byte(s), []byte("\n")) }

// pythons is an execute_request as jupyter_client 8.10.0 signs it, with a key
// in its header that is a front end's own.
const pythons = `<IDS|MSG>
9da777ed13af56d8cc30cea8ac1bd1195071b4d4034c5c40c98eca10e0701dda
{"msg_id": "1d", "session": "5e5510", "username": "ada", "date": "2026-01-02T03:04:05.678901Z", "msg_type": "execute_request", "version": "5.4", "x_own": 1}
{}
{"cellId": "c"}
{"code": "print € <b>", "silent": false}`

func TestDecodeWhatPythonSigned(t *testing.T) {
	c := NewCodec("a key of the tests")
	m, err := c.Decode(append([][]byte{[]byte("front end")}, lines(pythons)...))
	if err != nil {
		t.Fatal(err)
	}
	want := &ExecuteRequest{Code: "print € <b>", StoreHistory: true, StopOnError: true}
	if !reflect.DeepEqual(m.Content, want) {
		t.Errorf("content is %+v, want %+v", m.Content, want)
	}
	if string(m.Identities[0]) != "front end" || m.Metadata["cellId"] != "c" || m.Parent != nil {
		t.Errorf("message is %+v", m)
	}
	if at, ok := m.Header.Time(); !ok || at.Nanosecond() != 678901000 {
		t.Errorf("date is %v, %v", at, ok)
	}
	// A child repeats the header to the letter, the front end's own key included.
	child, err := c.Encode(NewSession("kernel").Message(m, &Status{ExecutionState: Busy}))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(child[4]), strings.Split(pythons, "\n")[2]; got != want {
		t.Errorf("parent header is %s, want %s", got, want)
	}
	if string(child[0]) != "front end" {
		t.Errorf("the child goes to %q", child[0])
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := lines(pythons)
	with := func(i int, s string) [][]byte {
		f := slices.Clone(good)
		f[i] = []byte(s)
		return f
	}
	for name, test := range map[string]struct {
		frames [][]byte
		want   error
	}{
		"nothing":              {nil, ErrDelimiter},
		"no delimiter":         {good[1:], ErrDelimiter},
		"delimiter far behind": {append(slices.Repeat([][]byte{{1}}, maxIdentities+1), good...), ErrDelimiter},
		"cut after content":    {good[:5], ErrCut},
		"only the delimiter":   {good[:1], ErrCut},
		"another signature":    {with(1, strings.Repeat("0", 64)), ErrSignature},
		"no signature":         {with(1, ""), ErrSignature},
		"upper case":           {with(1, strings.ToUpper(string(good[1]))), ErrSignature},
		"changed header":       {with(2, `{"msg_id": "1d"}`), ErrSignature},
		"changed content":      {with(5, `{"code": "rm", "silent": false}`), ErrSignature},
	} {
		if m, err := NewCodec("a key of the tests").Decode(test.frames); m != nil || !errors.Is(err, test.want) {
			t.Errorf("%s: %v, %v; want %v", name, m, err, test.want)
		}
	}
	open := NewCodec("")
	for _, header := range []string{``, `{`, `[]`, `{}`, `{"msg_id": "a"}`, `{"msg_type": "status"}`, `{"msg_id": 1, "msg_type": "status"}`} {
		if m, err := open.Decode(with(2, header)); m != nil || !errors.Is(err, ErrHeader) {
			t.Errorf("header %s: %v, %v; want %v", header, m, err, ErrHeader)
		}
	}
}

func TestDecodeContentThatDoesNotFit(t *testing.T) {
	for _, content := range []string{``, `[]`, `{"code": 1}`, `{"user_expressions": {"a": 1}}`, `{"code": "x"`} {
		f := lines(pythons)
		f[5] = []byte(content)
		m, err := NewCodec("").Decode(f)
		var bad *ContentError
		if !errors.As(err, &bad) || bad.Type != TypeExecuteRequest || m == nil {
			t.Errorf("content %s: %v, %v; want the message and a ContentError", content, m, err)
			continue
		}
		if u, ok := m.Content.(*Unknown); !ok || u.Type != TypeExecuteRequest {
			t.Errorf("content %s came as %T", content, m.Content)
		}
	}
}

func TestDecodeUnknownType(t *testing.T) {
	f := lines(strings.Replace(pythons, "execute_request", "dance_request", 1))
	m, err := NewCodec("").Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	u, ok := m.Content.(*Unknown)
	if !ok || u.Type != "dance_request" || string(u.JSON) != string(f[5]) {
		t.Fatalf("content is %+v", m.Content)
	}
	again, err := NewCodec("").Encode(m)
	if err != nil || !json.Valid(again[5]) {
		t.Errorf("encoded to %q, %v", again, err)
	}
}

func TestBuffersAndInvalidUTF8(t *testing.T) {
	c := NewCodec("k")
	m := NewSession("u").Message(nil, &Stream{Name: "stdout", Text: "a\xffb<>&"})
	m.Buffers = [][]byte{{0, 1, 255}, {}, []byte("<IDS|MSG>")}
	frames, err := c.Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(frames[5], []byte("b<>&")) {
		t.Errorf("content is %s, want HTML left as it is", frames[5])
	}
	got, err := c.Decode(frames)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Buffers, m.Buffers) {
		t.Errorf("buffers are %v, want %v", got.Buffers, m.Buffers)
	}
	if text := got.Content.(*Stream).Text; text != "a\ufffdb<>&" {
		t.Errorf("text is %q", text)
	}
}

func TestHistoryItems(t *testing.T) {
	out := "4"
	items := []HistoryItem{{Session: 1, Line: 2, Input: "2+2"}, {Session: 1, Line: 2, Input: "2+2", WithOutput: true, Output: &out}, {Session: 1, Line: 3, Input: "x", WithOutput: true}}
	b, err := json.Marshal(items)
	if want := `[[1,2,"2+2"],[1,2,["2+2","4"]],[1,3,["x",null]]]`; err != nil || string(b) != want {
		t.Fatalf("items are %s, %v, want %s", b, err, want)
	}
	var back []HistoryItem
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, items) {
		t.Errorf("came back as %+v, %v", back, err)
	}
}

// TestAnyChangeIsNoticed flips one byte of what is signed.
func TestAnyChangeIsNoticed(t *testing.T) {
	c := NewCodec("a key of the tests")
	rapid.Check(t, func(t *rapid.T) {
		f := lines(pythons)
		i := rapid.IntRange(1, 5).Draw(t, "frame")
		f[i] = bytes.Clone(f[i])
		at := rapid.IntRange(0, len(f[i])-1).Draw(t, "byte")
		f[i][at] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		if _, err := c.Decode(f); !errors.Is(err, ErrSignature) {
			t.Fatalf("error is %v, want %v", err, ErrSignature)
		}
	})
}

// FuzzDecode decodes any frames: none may panic, and what is read is written
// and read again to the same.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(pythons))
	f.Add([]byte("a\nb\n<IDS|MSG>\n\n{\"msg_id\":\"1\",\"msg_type\":\"comm_open\"}\n{}\n{}\n{\"comm_id\":\"c\",\"data\":null}\nbuffer"))
	f.Add([]byte("<IDS|MSG>\n\n{\"msg_id\":\"1\",\"msg_type\":\"history_reply\"}\n[]\n1\n{\"history\":[[1,2,[\"a\"]]]}"))
	f.Add([]byte("<IDS|MSG>\n\n{\"msg_id\":\"1\",\"msg_type\":\"x\"}\n\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := NewCodec("")
		m, err := c.Decode(lines(string(b)))
		var bad *ContentError
		if m == nil || errors.As(err, &bad) {
			return
		}
		frames, err := c.Encode(m)
		if err != nil {
			t.Fatalf("decoded, but not encoded: %v", err)
		}
		again, err := c.Decode(frames)
		if err != nil {
			t.Fatalf("encoded, but not decoded: %v", err)
		}
		if again.Header.ID != m.Header.ID || again.Header.Type != m.Header.Type {
			t.Fatalf("header %+v came back as %+v", m.Header, again.Header)
		}
	})
}
