// Package notebook reads, runs and writes Jupyter notebooks (nbformat 4) in
// process, without Python: what lislab run does.
package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// object is a JSON object whose fields, also those that nobody here knows, are
// kept as they are.
type object map[string]json.RawMessage

// Notebook is a document of nbformat 4.
type Notebook struct {
	Cells []*Cell
	rest  object // all but cells
}

// Cell is one cell of a notebook.
type Cell struct {
	rest object
}

// errFormat says that a file is no notebook.
var errFormat = errors.New("not a Jupyter notebook of format 4")

// Read reads a notebook file.
func Read(name string) (*Notebook, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	nb, err := Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return nb, nil
}

// Parse reads a notebook.
func Parse(raw []byte) (*Notebook, error) {
	nb := &Notebook{}
	if err := json.Unmarshal(raw, &nb.rest); err != nil {
		return nil, fmt.Errorf("%w: %w", errFormat, err)
	}
	var major int
	if json.Unmarshal(nb.rest["nbformat"], &major) != nil || major != 4 {
		return nil, fmt.Errorf("%w: nbformat is %s", errFormat, orMissing(nb.rest["nbformat"]))
	}
	var cells []object
	if err := json.Unmarshal(nb.rest["cells"], &cells); err != nil {
		return nil, fmt.Errorf("%w: cells: %w", errFormat, err)
	}
	delete(nb.rest, "cells")
	for n, c := range cells {
		cell := &Cell{rest: c}
		if cell.Type() == "" {
			return nil, fmt.Errorf("%w: cell %d has no cell_type", errFormat, n+1)
		}
		if _, err := text(c["source"]); err != nil {
			return nil, fmt.Errorf("%w: source of cell %d: %w", errFormat, n+1, err)
		}
		nb.Cells = append(nb.Cells, cell)
	}
	return nb, nil
}

func orMissing(raw json.RawMessage) string {
	if raw == nil {
		return "missing"
	}
	return string(raw)
}

// text is a multi-line string: nbformat allows one string or a list of lines.
func text(raw json.RawMessage) (string, error) {
	if raw == nil {
		return "", nil
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s, nil
	}
	var lines []string
	err := json.Unmarshal(raw, &lines)
	return strings.Join(lines, ""), err
}

// lines is s as nbformat writes it to disk.
func lines(s string) []string {
	if s == "" {
		return []string{}
	}
	list := strings.SplitAfter(s, "\n")
	if list[len(list)-1] == "" {
		list = list[:len(list)-1]
	}
	return list
}

// Type is "code", "markdown" or "raw".
func (c *Cell) Type() string {
	var s string
	_ = json.Unmarshal(c.rest["cell_type"], &s) // "" where there is none
	return s
}

// Source is the cell's text.
func (c *Cell) Source() string {
	s, _ := text(c.rest["source"]) // Parse has looked
	return s
}

// ID is the cell's own name, "" before nbformat 4.5.
func (c *Cell) ID() string {
	var s string
	_ = json.Unmarshal(c.rest["id"], &s) // "" where there is none
	return s
}

// Tags of the cell.
func (c *Cell) Tags() []string {
	var meta struct {
		Tags []string `json:"tags"`
	}
	_ = json.Unmarshal(c.rest["metadata"], &meta) // no tags where there are none
	return meta.Tags
}

// HasTag says whether the cell has the tag.
func (c *Cell) HasTag(tag string) bool { return slices.Contains(c.Tags(), tag) }

// set stores a field. Values are made here and can be encoded.
func (o object) set(name string, v any) {
	raw, err := encode(v)
	if err != nil {
		panic("notebook: " + name + ": " + err.Error())
	}
	o[name] = raw
}

// encode is v as JSON without HTML's escapes.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// newCode makes a code cell.
func newCode(id, source string, tags ...string) *Cell {
	c := &Cell{rest: object{}}
	c.rest.set("cell_type", "code")
	if id != "" {
		c.rest.set("id", id)
	}
	c.rest.set("metadata", map[string]any{"tags": tags})
	c.rest.set("source", lines(source))
	c.rest.set("outputs", []any{})
	c.rest.set("execution_count", nil)
	return c
}

// Bytes is the notebook as nbformat writes it: sorted keys, one space a level.
func (nb *Notebook) Bytes() ([]byte, error) {
	all := object{}
	for k, v := range nb.rest {
		all[k] = v
	}
	cells := make([]object, len(nb.Cells))
	for i, c := range nb.Cells {
		cells[i] = c.rest
	}
	raw, err := encode(cells)
	if err != nil {
		return nil, err
	}
	all["cells"] = raw
	raw, err = encode(all)
	if err != nil {
		return nil, err
	}
	// Through plain values, so that nested objects are sorted too.
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err = e.Encode(v)
	return b.Bytes(), err
}

// Write writes the notebook beside name and renames it there: whole or not at
// all.
func (nb *Notebook) Write(name string) error {
	raw, err := nb.Bytes()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".lislab-*.ipynb")
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
