# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKSPACE ?= workspace

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench soak lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "make: Python 3.11 or newer is needed; say make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(VENV)/.ready ## make the virtual environment from the hash-locked requirements

run: setup ## the main job, end to end: extracts, features, model, audit, card, lists
	$(BIN)/risk-model run --workspace $(WORKSPACE)

check: setup ## lint and strict type check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: check ## everything CI checks: make check, then all tests and docstring examples
	$(BIN)/python -m pytest -n 2

bench: $(VENV)/.bench ## performance against named references; writes workspace/bench.json
	$(BIN)/python -m tests.benchmarks --json $(WORKSPACE)/bench.json

$(VENV)/.bench: $(VENV)/.ready tests/benchmarks/requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/benchmarks/requirements.lock
	@touch $@

soak: setup ## long fault tests: kills, fuzz, tampering; writes workspace/soak.json
	$(BIN)/python -m tests.soak --json $(WORKSPACE)/soak.json


COMPILE := uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header

lock: setup ## write the locks again from pyproject.toml (needs uv); the second adds what only make bench needs
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --extra bench --constraint requirements.lock --output-file tests/benchmarks/requirements.lock

clean: ## remove the environment and everything a run wrote
	rm -rf $(VENV) $(WORKSPACE) build *.egg-info
