"""jupyter_kernel_test's suite against the kernel lislab, every attribute set, nothing skipped."""
import sys
import unittest

import jupyter_kernel_test


class Lislab(jupyter_kernel_test.KernelTests):
    kernel_name = "lislab"
    language_name = "go"
    file_extension = ".go"
    code_hello_world = 'import "fmt"\nfmt.Println("hello, world")'
    code_stderr = 'import ("fmt"; "os")\nfmt.Fprintln(os.Stderr, "careful")'
    completion_samples = [
        {"text": "zebraCro", "matches": []},
        {"text": "display.Markd", "matches": ["Markdown"]},
        {"text": "strings.HasPre", "matches": ["HasPrefix"]},
        {"text": "fmt.Sprintl", "matches": ["Sprintln"]},
    ]
    complete_code_samples = ["1+1", "func f() int {\n\treturn 1\n}", "x := []int{1, 2}", "", "%who"]
    incomplete_code_samples = ["func f() {", "x := []int{1,", 'fmt.Println(', "s := `raw", "if true {\n\tx := 1", "1 +"]
    invalid_code_samples = ["func f() }", "x := )", "1 2", "var 1x int", "x := 1 }"]
    code_page_something = "%help fmt.Println"
    code_generate_error = 'panic("on purpose")'
    code_execute_result = [
        {"code": "6*7", "result": "42"},
        {"code": '"a" + "b"', "result": "ab"},
        {"code": "[]int{1, 2, 3}", "result": "[1 2 3]"},
        {"code": "func twice[T ~int | ~float64](x T) T { return 2 * x }\ntwice(1.25)", "result": "2.5"},
    ]
    code_display_data = [
        {"code": 'import "github.com/lislab/lislab/kernel/display"\ndisplay.HTML("<b>bold</b>")', "mime": "text/html"},
        {"code": 'import "github.com/lislab/lislab/kernel/display"\ndisplay.Markdown("**bold**")', "mime": "text/markdown"},
    ]
    code_history_pattern = "6[*]?"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "fmt.Println"
    code_clear_output = 'import "github.com/lislab/lislab/kernel/display"\ndisplay.Clear(false)'


class LislabWelcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "lislab"
    support_iopub_welcome = True


if __name__ == "__main__":
    program = unittest.main(verbosity=2, exit=False)
    result = program.result
    for test, why in result.skipped:
        print(f"skipped: {test}: {why}")
    sys.exit(not result.wasSuccessful() or len(result.skipped) > 0)
