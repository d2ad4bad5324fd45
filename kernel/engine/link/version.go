package link

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"sync"

	"github.com/lislab/lislab/kernel/engine"
)

// Version names the shape of all messages: a worker of another version than its
// supervisor was built from other source and cannot be talked to.
var Version = sync.OnceValue(func() string {
	h := sha256.New()
	seen := map[reflect.Type]bool{}
	var add func(t reflect.Type)
	add = func(t reflect.Type) {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			add(t.Elem())
		case reflect.Struct:
			if seen[t] {
				return
			}
			seen[t] = true
			for i := range t.NumField() {
				f := t.Field(i)
				fmt.Fprintf(h, "%s.%s %s %q\n", t, f.Name, f.Type, f.Tag)
				add(f.Type)
			}
		}
	}
	for _, body := range []any{Message{}, HelloBody{}, HelloReply{}, RunBody{}, RunReply{}, CellBody{}, CellReply{}, CommandBody{}, EvaluateBody{}, EvaluateReply{},
		CompleteBody{}, ValuesBody{}, ChildrenBody{}, NameBody{}, RichReply{}, SettingBody{}, SettingReply{}, FromFrontReply{}, DisplayBody{}, ClearBody{}, InputBody{}, InputReplyBody{}, StreamBody{},
		engine.Completion{}, engine.Variable{}, engine.Bundle{}, engine.CommMessage{}} {
		add(reflect.TypeOf(body))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
})
