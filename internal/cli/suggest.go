package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lislab/lislab/internal/nearest"
)

// flagError names a flag that does not exist or does not parse, with the one
// that may have been meant.
func flagError(cmd *cobra.Command, err error) error {
	see := "see " + cmd.CommandPath() + " --help"
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return usagef(see, "%v", err)
	}
	name := unknown.GetSpecifiedName()
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	var hint string
	if near := nearest.Word(name, names); near != "" {
		hint = "; did you mean --" + near + "?"
	}
	return usagef(see, "%s has no flag %s%s", cmd.CommandPath(), strings.TrimPrefix(err.Error(), "unknown flag: "), hint)
}

// didYouMean is " (did you mean x?)" where one of the candidates is near.
func didYouMean(word string, candidates []string) string {
	if near := nearest.Word(word, candidates); near != "" {
		return fmt.Sprintf("; did you mean %s?", near)
	}
	return ""
}
