package worker

import (
	"reflect"
	"strings"
)

const (
	// cellPackages begins the import paths of compiled cells.
	cellPackages = "lislab.cell/"
	// gomacroMark is what gomacro writes before unexported field names.
	gomacroMark = "\U00012038"
)

// fieldName shows a notebook's own structs whole, and of others what they
// export; see display.FieldName.
func fieldName(f reflect.StructField) (name string, show bool) {
	name, interpreted := strings.CutPrefix(f.Name, gomacroMark)
	own := interpreted || f.PkgPath == "main" || strings.HasPrefix(f.PkgPath, cellPackages)
	return name, name != "_" && (f.IsExported() || own)
}

// notebookType writes a type as the notebook did; see display.TypeName.
func notebookType(t reflect.Type) string { return strings.ReplaceAll(t.String(), gomacroMark, "") }
