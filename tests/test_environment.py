"""The three files that make the environment say the same."""

import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent


def pins(name):
    lines = (ROOT / name).read_text().splitlines()
    return dict(re.fullmatch(r"([\w.-]+)==([\w.]+)", line).groups() for line in lines if line and not line.startswith("#"))


def test_every_requirement_is_pinned():
    assert "ipykernel" in pins("requirements.txt")
    assert "scikit-learn" in pins("requirements-test.txt")


def test_what_only_tests_need_stays_out_of_the_environment():
    names = pins("requirements.txt")
    assert not names.keys() & {"pytest", "playwright", "scikit-learn", "pandas", "pyarrow", "scipy", "jupyter-kernel-test"}


def test_both_files_agree():
    run, test = pins("requirements.txt"), pins("requirements-test.txt")
    assert {n: (run[n], test[n]) for n in run.keys() & test.keys() if run[n] != test[n]} == {}


def test_conda_takes_the_pins_from_requirements_txt():
    env = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert env["name"] == "lislab" and env["channels"] == ["conda-forge"]
    (pip,) = [d["pip"] for d in env["dependencies"] if isinstance(d, dict)]
    assert pip == ["-r requirements.txt"]
    assert {"pip", "python=3.11"} <= {d for d in env["dependencies"] if isinstance(d, str)}


def test_binder_reads_the_same_files():
    for name in ("environment.yml", "requirements.txt"):
        assert (ROOT / "binder" / name).resolve() == ROOT / name
