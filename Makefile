# One command for each habit; continuous integration calls the same ones. `make help` lists them.

VENV := .venv
BIN := $(VENV)/bin
FILLED := $(VENV)/.filled
FILLED_BENCH := $(VENV)/.filled-bench
EXAMPLE := resources/example/chelsea.png
# An environment whose making was interrupted may have a python but no pip.
HAS_PIP := $(BIN)/python -m pip --version >/dev/null 2>&1
# More words for pytest: make test ARGS="tests/core -k coco"
ARGS ?=
# At most four processes at a time, for each may load the network; a file's tests stay together, as their fixtures do.
SHARED_OUT := -n logical --maxprocesses 4 --dist loadfile

# The first Python that MindSpore has wheels for; PYTHON=/path/to/python overrides.
FITS := import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 13))
PYTHON ?= $(shell for p in python3 python3.12 python3.11 python3.10; do \
	$$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)

.DEFAULT_GOAL := help
.PHONY: help run test lint bench proof python

help:  ## list the commands
	@sed -n 's/^\([a-z]*\):.*## /    make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

# The program ends with 3 when there is no display.
run: $(FILLED)  ## open the window on the example (without a display: segment it and leave overlay.png)
	@tools/system_packages.sh run
	@code=0; $(BIN)/annotator --example || code=$$?; \
	[ $$code = 3 ] || exit $$code; \
	echo "Segmenting the example instead:"; \
	$(BIN)/annotator segment $(EXAMPLE) --box 134,81,208,148 --overlay overlay.png \
		&& echo "The result is drawn in overlay.png."

test: $(FILLED)  ## run the tests (ARGS="..." is handed to pytest)
	@tools/system_packages.sh test
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest $(SHARED_OUT) $(ARGS)

lint: $(FILLED)  ## check style, types and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

proof: $(FILLED)  ## run the long checks
	@tools/system_packages.sh proof
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m proof $(ARGS)

bench: $(FILLED_BENCH)  ## time what matters and print a table (ARGS="--quick": rougher, in a third of the time)
	@$(BIN)/python benchmarks/bench.py $(ARGS)

# MindSpore is a download of 800 MB, so this takes a while once.
$(FILLED): pyproject.toml annotator/kernels/CMakeLists.txt $(wildcard annotator/kernels/src/* annotator/kernels/src/*/*) | python
	@$(HAS_PIP) || [ -n "$(PYTHON)" ] || { echo "Python 3.10, 3.11 or 3.12 is needed and none was found:" \
		"install one and say where it is with make PYTHON=/path/to/python."; exit 1; }
	@$(HAS_PIP) || $(PYTHON) -m venv --clear $(VENV)
	@tools/system_packages.sh build
	@echo "Filling $(VENV): the first time this downloads about a gigabyte and takes some minutes."
	$(BIN)/python -m pip install --disable-pip-version-check --editable '.[test,dev]'
	@touch $@

python:
	@$(HAS_PIP) || tools/system_packages.sh python

$(FILLED_BENCH): $(FILLED)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --editable '.[bench]'
	@touch $@
