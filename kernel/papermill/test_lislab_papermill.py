"""Every literal is compiled by Go itself, where Go is: run with pytest or as a script."""

import math
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from papermill.engines import NBClientEngine
from papermill.translators import papermill_translators

import lislab_papermill
from lislab_papermill import GoTranslator


class Literals(unittest.TestCase):
    values = {
        "n": 30, "rate": 0.1, "tiny": 1e-300, "big": 1e22, "on": True, "nothing": None,
        "name": 'say "hi"\n\t\\ é 世界 \u2028 \x7f \x00 // %d', "nan": math.nan, "inf": math.inf, "ninf": -math.inf,
        "horizons": [1, 7, 30], "mixed": [1, 2.5], "words": ["a", "b"], "odd": [1, "x", None], "empty": [], "flags": [True, False],
        "counts": {"a": 1, "b": 2}, "deep": {"a": [1], "b": "c"}, "pair": (1, 2),
    }

    def test_types(self):
        for value, want in [
            ([1, 7], "[]int{1, 7}"), ([1, 2.5], "[]float64{1, 2.5}"), ([], "[]any{}"), ([True], "[]bool{true}"),
            ([True, 1], "[]any{true, 1}"), ({"a": 1}, 'map[string]int{"a": 1}'), (1e22, "1e+22"), ("é\n", '"é\\n"'),
        ]:
            self.assertEqual(GoTranslator.translate(value), want)

    def test_go_compiles_them(self):
        if not shutil.which("go"):
            self.skipTest("no Go to compile with: install it from go.dev")
        source = papermill_translators.find_translator("lislab", "go").codify(self.values, "Parameters")
        imports, rest = source.split("\n", 1)
        with tempfile.TemporaryDirectory() as d:
            checks = "\n".join(f"\t_ = {name}" for name in self.values)
            body = "".join("\t" + line + "\n" for line in rest.split("\n"))
            Path(d, "main.go").write_text(
                f'package main\n{imports}\nfunc main() {{\n{body}{checks}\n\tprint(len(name), horizons[2], math.IsNaN(nan))\n}}\n')
            run = subprocess.run(["go", "run", "main.go"], cwd=d, capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn(f"{len(self.values['name'].encode())}30true", run.stderr.replace(" ", ""))

    def test_inspect(self):
        cell = {"source": 'import "fmt"\nvar n = 7 // how many\nrate := 0.1\nvar name string = "a // b" // what\n// var no = 1\nfmt.Println(n)'}
        got = [(p.name, p.inferred_type_name, p.default, p.help) for p in GoTranslator.inspect(cell)]
        self.assertEqual(got, [("n", "None", "7", "how many"), ("rate", "None", "0.1", ""), ("name", "string", '"a // b"', "what")])

    def test_registered(self):
        self.assertTrue(issubclass(lislab_papermill.Engine, NBClientEngine))
        self.assertIs(papermill_translators.find_translator("anything", "go"), GoTranslator)


if __name__ == "__main__":
    unittest.main()
