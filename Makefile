# Every target sets up what it needs. The two that a visitor wants: make paper, make lab.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --warn-undefined-variables --no-builtin-rules --no-print-directory

GO ?= go
PYTHON ?= python3
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
UV_VERSION := 0.13.9
STATICCHECK_VERSION := v0.8.2

VENV := .venv
BIN := bin/lislab
VENV_PYTHON := $(VENV)/bin/python
UV := $(VENV)/bin/uv
KERNELSPEC := $(VENV)/share/jupyter/kernels/lislab/kernel.json
COMMIT := $(shell git describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)
NOTEBOOKS := $(patsubst notebooks/%.ipynb,%,$(wildcard notebooks/*.ipynb))

# DuckDB, behind lislab score, is C++: without its library all else is built.
GOTAGS := $(shell echo 'int main(void) { return 0; }' | $(CC) -x c - -lstdc++ -o /dev/null 2>/dev/null || echo noduckdb)

# Where the tests find real logs and Python; a test says what it misses.
export LISLAB_DATA ?= $(wildcard $(abspath ../shared/data))
export LISLAB_PYTHON := $(abspath $(VENV_PYTHON))
export LISLAB_BIN := $(abspath $(BIN))
# Jupyter is to see the kernelspec of this folder's .venv and nobody's settings.
export JUPYTER_PREFER_ENV_PATH := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1

# need(tool,what prints if it is there,command that installs it)
need = @command -v $(1) >/dev/null || { echo "lislab needs $(1), which is not on the PATH. Install it with:" >&2; echo "    $(2)" >&2; exit 1; }
INSTALL_GO := curl -fsSL https://go.dev/dl/go1.26.8.linux-amd64.tar.gz | sudo tar -C /usr/local -xz && export PATH=/usr/local/go/bin:$$PATH
INSTALL_CC := sudo apt-get install -y gcc libc6-dev
INSTALL_PY := sudo apt-get install -y python3 python3-venv python3-pip
ifeq ($(shell uname -s),Darwin)
INSTALL_GO := brew install go
INSTALL_CC := xcode-select --install
INSTALL_PY := brew install python@3.11
endif

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: need-go need-cc need-python
need-go:
	$(call need,$(GO),$(subst $$,\$$,$(INSTALL_GO)))
need-cc:
	$(call need,$(CC),$(INSTALL_CC))
need-python:
	$(call need,$(PYTHON),$(INSTALL_PY))
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "lislab needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Install one and say make PYTHON=python3.11, with:" >&2; echo "    $(subst python3,python3.11,$(INSTALL_PY))" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "lislab needs Python's pip and venv. Install them with:" >&2; echo "    $(INSTALL_PY)" >&2; exit 1; }

.PHONY: build
build: $(KERNELSPEC) ## bin/lislab, the Python environment .venv, the kernel in it

.PHONY: $(BIN)
$(BIN): need-go need-cc
	@echo "lislab: building $(BIN)$(if $(GOTAGS), without DuckDB: no C++ library (sudo apt-get install g++ brings one))"
	@$(GO) build -tags "$(GOTAGS)" -ldflags "-X github.com/lislab/lislab/internal/cli.commit=$(COMMIT)" -o $(BIN) .

$(UV): | need-python
	@echo "lislab: making $(VENV) (the only folder that Python packages go to)"
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip -q --disable-pip-version-check install uv==$(UV_VERSION)

$(VENV)/.requirements: requirements.txt | $(UV)
	@echo "lislab: installing requirements.txt into $(VENV)"
	@$(UV) pip install -q --python $(VENV_PYTHON) -r requirements.txt
	@touch $@

$(VENV)/.requirements-test: requirements-test.txt $(VENV)/.requirements
	@echo "lislab: installing requirements-test.txt into $(VENV)"
	@$(UV) pip install -q --python $(VENV_PYTHON) -r requirements-test.txt
	@touch $@

# papermill learns to write Go parameters from a module of ours.
$(VENV)/.papermill: kernel/papermill/lislab_papermill.py kernel/papermill/pyproject.toml $(VENV)/.requirements
	@rm -rf $(VENV)/src && mkdir $(VENV)/src && cp kernel/papermill/*.py kernel/papermill/*.toml $(VENV)/src
	@$(UV) pip install -q --no-deps --python $(VENV_PYTHON) ./$(VENV)/src
	@touch $@

.PHONY: $(KERNELSPEC)
$(KERNELSPEC): $(BIN) $(VENV)/.requirements $(VENV)/.papermill
	@$(BIN) install --prefix $(VENV) >/dev/null

.PHONY: paper
paper: build ## the paper's table beside what is measured: out/paper_tables.html, .ipynb, .csv
	@echo "lislab: running notebooks/paper_tables.ipynb"
	@$(VENV_PYTHON) notebooks/execute.py notebooks/paper_tables.ipynb --out out
	@$(VENV_PYTHON) notebooks/headline.py out/paper_tables.csv

.PHONY: notebooks
notebooks: build ## every notebook, executed: out/NAME.ipynb and .html
	@for n in $(NOTEBOOKS); do $(VENV_PYTHON) notebooks/execute.py notebooks/$$n.ipynb --out out; done
	@for n in $(NOTEBOOKS); do echo "  out/$$n.html"; done

.PHONY: slides
slides: build ## a deck of notebooks/design_review.ipynb: out/design_review.slides.html, .pdf, .pptx
	@$(VENV_PYTHON) notebooks/execute.py notebooks/design_review.ipynb --out out
	@$(VENV_PYTHON) notebooks/deck/deck.py out/design_review.ipynb out/design_review

.PHONY: docs
docs: build ## rewrite what the pages show: outputs and pictures
	@$(VENV_PYTHON) docs/build.py

.PHONY: lab
lab: build ## open JupyterLab on notebooks/
	@$(VENV)/bin/jupyter lab --notebook-dir notebooks

.PHONY: lint
lint: need-go bin/staticcheck-$(STATICCHECK_VERSION) ## gofmt, vet and staticcheck
	@bad=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); [ -z "$$bad" ] || { echo "not gofmt clean:"; echo "$$bad"; exit 1; }
	@$(GO) vet ./...
	@bin/staticcheck-$(STATICCHECK_VERSION) ./...

bin/staticcheck-$(STATICCHECK_VERSION):
	@echo "lislab: building staticcheck $(STATICCHECK_VERSION)"
	@GOBIN=$(abspath bin) $(GO) install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION)
	@mv bin/staticcheck $@

# Spark is 434 MB of Python package: without CI its test runs where make spark has
# installed it.
CI ?=
PYSPARK_VERSION := 4.0.1

$(VENV)/.pyspark: | $(UV)
	@echo "lislab: installing pyspark $(PYSPARK_VERSION) (434 MB) into $(VENV)"
	@$(UV) pip install -q --python $(VENV_PYTHON) pyspark==$(PYSPARK_VERSION)
	@touch $@

.PHONY: test
test: build lint $(VENV)/.requirements-test $(if $(CI),$(VENV)/.pyspark) ## every test; installs no system package
	@$(GO) test -vet=off -timeout 15m ./...
	@$(VENV_PYTHON) -m pytest -q -p no:cacheprovider --ignore=$(VENV) --ignore=out .

.PHONY: acceptance
acceptance: need-go need-cc ## every figure on the simulated feed against its band: out/acceptance.csv
	@$(GO) run ./internal/acceptance -out out/acceptance.csv -commit $(COMMIT)

.PHONY: acceptance-page
acceptance-page: need-go need-cc ## docs/acceptance.md from out/acceptance.csv, as make acceptance left it
	@$(GO) run ./internal/acceptance -out out/acceptance.csv -page docs/acceptance.md

.PHONY: bench
bench: build $(VENV)/.requirements-test ## ours and the peers' speed from one run: out/bench.csv
	@$(GO) run ./internal/bench -out out/bench.csv

.PHONY: bench-large
bench-large: build ## a sweep of 20 million rows and a score table of 50 million: speed and peak memory
	@$(GO) run ./internal/bench/large -lislab $(BIN) -out out/bench_large.csv

.PHONY: spark
spark: need-go need-cc $(VENV)/.pyspark ## the test against a real Spark: installs pyspark (434 MB) in .venv; needs Java 17
	@CI=true $(GO) test -count=1 -timeout 15m -run TestSpark ./datasets/hs2

.PHONY: lock
lock: $(UV) ## rewrite requirements.txt and requirements-test.txt from the .in files
	@$(UV) pip compile -q --python-version 3.11 --no-header --no-annotate requirements.in -o requirements.txt
	@$(UV) pip compile -q --python-version 3.11 --no-header --no-annotate requirements-test.in -o requirements-test.txt

.PHONY: clean
clean: ## remove bin, out and .venv
	@rm -rf bin out $(VENV)
