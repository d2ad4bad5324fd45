package worker

import (
	"reflect"
	"testing"
)

func TestNames(t *testing.T) {
	for _, c := range []struct {
		field reflect.StructField
		name  string
		show  bool
	}{
		{reflect.StructField{Name: "Shown", PkgPath: ""}, "Shown", true},
		{reflect.StructField{Name: "own", PkgPath: "lislab.cell/a1"}, "own", true},
		{reflect.StructField{Name: "own", PkgPath: "main"}, "own", true},
		{reflect.StructField{Name: gomacroMark + "own", PkgPath: ""}, "own", true},
		{reflect.StructField{Name: "foreign", PkgPath: "os"}, "foreign", false},
		{reflect.StructField{Name: "_", PkgPath: "lislab.cell/a1"}, "_", false},
	} {
		if name, show := fieldName(c.field); name != c.name || show != c.show {
			t.Errorf("%+v: %s %v", c.field, name, show)
		}
	}
	interpreted := reflect.StructOf([]reflect.StructField{{Name: "A" + gomacroMark + "b", Type: reflect.TypeFor[int]()}})
	if got := notebookType(interpreted); got != "struct { Ab int }" {
		t.Errorf("got %s", got)
	}
}
