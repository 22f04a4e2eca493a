# make setup | demo | test | mutants | docs | lock        CONTRIBUTING.md says what each is for.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := -m pip -qq --disable-pip-version-check --no-input
STAMP := $(VENV)/.from-lock

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint unit bench mutants wheel docs pages site lock clean

help:
	@echo 'make setup   the environment in $(VENV), from requirements.lock'
	@echo 'make demo    the report of SoftBank at the end of September 2023'
	@echo 'make test    architecture, style, types, then every test'
	@echo 'make mutants the engine broken on purpose, line by line, and the test that sees each break'
	@echo 'make bench   ratios of speed, printed and kept in docs/benchmarks.md'
	@echo 'make docs    the generated pages and the site in docs/_build'
	@echo 'make wheel   the wheel, installed elsewhere and tried there'
	@echo 'make lock    requirements.lock anew'
	@echo 'make clean   everything that was made, but for $(VENV)'

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || { \
	  echo "Warchest needs Python 3.11 or newer, and '$(PYTHON)' is not ($$($(PYTHON) --version 2>&1 || true))."; \
	  echo "To choose another: make $(or $(firstword $(MAKECMDGOALS)),setup) PYTHON=python3.12"; exit 1; }
	@echo 'setup: $(VENV) from requirements.lock (a few minutes the first time)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python $(PIP) install --require-hashes -r requirements.lock
	@$(BIN)/python $(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

demo: setup
	@$(BIN)/warchest report softbank-2023

test: lint unit

lint: setup
	@echo 'test: architecture'
	@$(BIN)/lint-imports --no-cache > $(VENV)/imports.log 2>&1 || { cat $(VENV)/imports.log; exit 1; }
	@echo 'test: style'
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet --output-format concise . || { echo 'To mend: $(BIN)/ruff format'; exit 1; }
	@echo 'test: types'
	@$(BIN)/mypy --no-error-summary

unit: setup
	@$(BIN)/python -m pytest -q $(ARGS)

mutants: setup
	@$(BIN)/python tests/mutants.py $(ARGS)

# What is shipped is what is tested: another environment, only the declared dependencies, at the locked versions.
wheel: setup
	@echo 'wheel: built, installed elsewhere and tried there'
	@rm -rf build && mkdir build
	@$(BIN)/python -m hatchling build -t wheel -d build > build/log 2>&1 || { cat build/log; exit 1; }
	@sed -nE 's/^([a-z0-9][^ ]*==[^\\]*[^ \\]) *\\?$$/\1/p' requirements.lock > build/constraints.txt
	@$(BIN)/python -m venv build/elsewhere
	@build/elsewhere/bin/python $(PIP) install -c build/constraints.txt build/*.whl
	@build/elsewhere/bin/python -I tests/smoke.py

bench: setup
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/speed.py

docs: pages site

pages: setup
	@$(BIN)/python docs/generate.py

site: setup
	@$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	@echo 'docs: docs/_build/html/index.html'

lock:
	@test -x .venv-lock/bin/uv || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/python $(PIP) install uv; }
	@.venv-lock/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	  --extra opt --group dev --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	  --output-file requirements.lock $(ARGS)

clean:
	@rm -rf build dist docs/_build .venv-lock .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find src tests docs -name __pycache__ -type d -prune -exec rm -rf {} +
