package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// job is what kernel.py does with a kernel.
func (l *lab) job(ctx context.Context, name string) (kernelJob, error) {
	switch name {
	case ipykernel:
		return pythonJob(l.python), nil
	case gonb:
		return l.gonbJob(ctx)
	}
	exe := os.Getenv("LISLAB_BIN")
	if exe == "" {
		return kernelJob{}, errors.New("LISLAB_BIN does not say where lislab is: say make bench")
	}
	return goJob(exe), nil
}

// notebookOf makes a notebook of thirty cells: two to begin with, then seven times four.
func notebookOf(begin, block []string) []string {
	all := begin
	for k := range 7 {
		for _, cell := range block {
			all = append(all, strings.ReplaceAll(cell, "NNN", fmt.Sprintf("NNN%d", k)))
		}
	}
	return all
}

// Cells of the Go kernel, and as far as they can be GoNB's.
const (
	// goImports link gota and plot into the session.
	goImports = `import (
	"fmt"
	"math"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"gonum.org/v1/plot"

	"github.com/lislab/lislab/lis/auc"
	"github.com/lislab/lislab/plots"
)`
	goUse  = "fmt.Println(strings.ToUpper(\"linked:\"), dataframe.New().Nrow(), plot.New().Title.Text)"
	goFill = `for i := range scores {
	scores[i], labels[i] = math.Sin(float64(i)), i%3 == 0
}`
	goCall = `area, err := auc.AUC(scores, labels)
fmt.Println(area, err)
`
	goROC         = `plots.ROC(labels, []string{"ours"}, [][]float64{scores})`
	goDeclaration = `type point_NNN struct{ X, Y float64 }

func (p point_NNN) Norm() float64 { return math.Hypot(p.X, p.Y) + NNN }`
	goFunction = `func weigh_NNN(xs []float64) (sum float64) {
	for i, x := range xs {
		sum += x / float64(i+NNN)
	}
	return sum
}`
	goPrint = `for i := range 10000 {
	fmt.Println("line", i)
}`
)

func goJob(exe string) kernelJob {
	data := "scores, labels := make([]float64, 10000), make([]bool, 10000)\n" + goFill
	return kernelJob{
		Argv:  []string{exe, "kernel", "{connection_file}"},
		Setup: []string{goImports + "\n" + goUse, data, "total := 0"},
		Cells: map[string]string{
			"arithmetic":  "1 + 1",
			"call":        goCall + goROC,
			"declaration": goDeclaration,
			"function":    goFunction + "\nweigh_NNN(scores)",
			"print":       goPrint,
		},
		Notebook: notebookOf([]string{goImports + "\n" + goUse, data}, []string{
			"xs_NNN := make([]float64, 100)\nfor i := range xs_NNN {\n\txs_NNN[i] = float64(i)\n}",
			goFunction,
			"weigh_NNN(xs_NNN)",
			goCall + goROC,
		}),
		Complete: "strings.HasPr|", Completed: "HasPrefix",
		Session: []string{
			"1 + NNN",
			"v_NNN := []int{NNN}",
			goFunction + "\nweigh_NNN(scores)",
			"for i := range 3 {\n\ttotal += i * NNN\n}",
			goDeclaration,
		},
		SessionCells: 200, Starts: 5, Repeat: 20,
	}
}

// gonbCells fill in the job of GoNB: %% begins what it runs, and what is to last
// beyond a cell it runs again in every cell.
func gonbCells(job kernelJob) kernelJob {
	data := "var scores, labels = func() ([]float64, []bool) {\nscores, labels := make([]float64, 10000), make([]bool, 10000)\n" + goFill + "\nreturn scores, labels\n}()"
	draw := "roc, err := " + goROC + "\nfmt.Println(len(roc.SVG()), len(roc.PNG()), err)"
	job.Setup = append(job.Setup, goImports+"\n%%\n"+goUse, data)
	job.Cells = map[string]string{
		"arithmetic":  "%%\nfmt.Println(1 + 1)",
		"call":        "%%\n" + goCall + draw,
		"declaration": goDeclaration,
		"function":    goFunction + "\n%%\nfmt.Println(weigh_NNN(scores))",
		"print":       "%%\n" + goPrint,
	}
	job.Notebook = notebookOf(slices.Clip(job.Setup), []string{
		"var xs_NNN = func() []float64 {\n\txs := make([]float64, 100)\n\tfor i := range xs {\n\t\txs[i] = float64(i)\n\t}\n\treturn xs\n}()",
		goFunction,
		"%%\nfmt.Println(weigh_NNN(xs_NNN))",
		"%%\n" + goCall + draw,
	})
	job.Complete, job.Completed = "%%\nstrings.HasPr|", "HasPrefix"
	job.Starts, job.Repeat = 3, 5
	return job
}

func pythonJob(python string) kernelJob {
	imports := "import math, os\nimport matplotlib.pyplot as plt\nimport pandas\nfrom sklearn.metrics import RocCurveDisplay, roc_auc_score\n%matplotlib inline"
	data := "scores = [math.sin(i) for i in range(10000)]\nlabels = [i % 3 == 0 for i in range(10000)]"
	call := "print(roc_auc_score(labels, scores))\nRocCurveDisplay.from_predictions(labels, scores)\nplt.show()"
	declaration := "class point_NNN:\n    def __init__(self, x, y):\n        self.x, self.y = x, y\n\n    def norm(self):\n        return math.hypot(self.x, self.y) + NNN"
	function := "def weigh_NNN(xs):\n    return sum(x / (i + NNN) for i, x in enumerate(xs))"
	return kernelJob{
		Argv:  []string{python, "-m", "ipykernel_launcher", "-f", "{connection_file}"},
		Setup: []string{imports, data, "total = 0"},
		Cells: map[string]string{
			"arithmetic":  "1 + 1",
			"call":        call,
			"declaration": declaration,
			"function":    function + "\nweigh_NNN(scores)",
			"print":       "for i in range(10000):\n    print('line', i)",
		},
		Notebook: notebookOf([]string{imports, data}, []string{"xs_NNN = [float(i) for i in range(100)]", function, "weigh_NNN(xs_NNN)", call}),
		Complete: "os.path.isf|", Completed: "isfile",
		Session:      []string{"1 + NNN", "v_NNN = [NNN]", function + "\nweigh_NNN(scores)", "for i in range(3):\n    total += i * NNN", declaration},
		SessionCells: 200, Starts: 5, Repeat: 20,
	}
}
