# Each target says what it does in a line; `make` alone lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.setup-done
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help setup engine schema sdk rules demo lint types test chaos switches fuzz bench lock

help: ## list the targets
	@awk -F ': .*## ' '/^[a-z]+:.*## / { printf "%-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(SETUP) ## make .venv with everything in requirements.lock, the provider and its SDK

$(SETUP): requirements.lock pyproject.toml sdk/python/pyproject.toml
	@echo "setup: installing requirements.lock into $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --use-pep517 --require-hashes -r requirements.lock
	@echo "setup: installing the provider and its Python SDK, editable"
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(PIP) install --no-deps --no-build-isolation --config-settings editable_mode=compat -e sdk/python
	@touch $@

engine: ## find the Pulumi engine on PATH, or build it (minutes the first time)
	@$(PYTHON) tools/engine.py

schema: setup ## write the types of a FlowSpec document into schema.json (SCHEMAS=folder of the vendor's)
	@$(BIN)/python tools/gen_types.py $(if $(SCHEMAS),--schemas $(SCHEMAS))

sdk: ## generate sdk/python from the provider's schema
	@$(PYTHON) tools/gen_sdk.py --language python

rules: setup ## write docs/flowspec-rules.md from the code
	@$(BIN)/python tools/rules_doc.py

demo: setup engine ## apply a workflow to the emulator with the real engine, step by step
	@$(BIN)/python tools/demo.py

lint: setup ## style, format and the import rules between the rooms
	@echo "lint: ruff check"
	@$(BIN)/ruff check --quiet .
	@echo "lint: ruff format"
	@$(BIN)/ruff format --quiet --check .
	@echo "lint: import rules"
	@out=$$($(BIN)/lint-imports 2>&1) || { echo "$$out"; exit 1; }

types: setup ## mypy and pyright, both strict
	@echo "types: mypy"
	@$(BIN)/mypy --no-error-summary
	@echo "types: pyright"
	@out=$$($(BIN)/pyright 2>&1) || { echo "$$out"; exit 1; }

test: setup engine lint types ## everything: what CI runs
	@echo "test: pytest"
	@$(BIN)/pytest -q -n auto --dist loadgroup tests/unit tests/wire tests/engine

chaos: setup engine ## the whole kill matrix: every step, struck at each of its calls (40 minutes on 2 cores)
	@CHAOS=all $(BIN)/pytest -q -n 3 tests/engine/test_chaos.py

switches: setup engine ## the whole switch matrix: a workflow's life at any two settings of the emulator's switches
	@SWITCHES=all $(BIN)/pytest -q -n 3 tests/engine/test_switches.py

fuzz: setup ## try 100,000 malformed documents; FUZZ="--seconds 60 --seed 1" for others
	@$(BIN)/python tests/fuzz/fuzz.py $(FUZZ)

bench: setup engine ## measure against the emulator
	@$(BIN)/python tests/bench/bench.py

lock: ## renew requirements.lock from pyproject.toml and requirements.in
	@tools/lock.sh
