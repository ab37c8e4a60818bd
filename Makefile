# Each target says what it does in a line; `make` alone lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.setup-done
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Where it is set, every start of the provider and every test process would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup engine schema sdk rules nodes reference demo lint types check test test-unit test-all nightly test-examples test-sdks test-install test-export archive coverage golden chaos switches agreement fuzz fuzz-documents fuzz-plugin fuzz-service bench lock

help: ## list the targets
	@awk -F ': .*## ' '/^[a-z-]+:.*## / { printf "%-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(SETUP) ## make .venv with everything in requirements.lock, the provider and its SDK

$(SETUP): requirements.lock tools/wheels/requirements.lock pyproject.toml sdk/python/pyproject.toml
	@echo "setup: installing requirements.lock into $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --only-binary :all: -r tools/wheels/requirements.lock
	@$(PIP) install --use-pep517 --no-build-isolation --require-hashes -r requirements.lock
	@echo "setup: installing the provider and its Python SDK, editable"
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(PIP) install --no-deps --no-build-isolation --config-settings editable_mode=compat -e sdk/python
	@touch $@

engine: ## find the Pulumi engine on PATH, or build it (minutes the first time)
	@$(PYTHON) tools/engine.py

schema: setup ## write the types of a FlowSpec document into schema.json; SCHEMAS=folder of the vendor's JSON Schemas
	@$(BIN)/python tools/gen_types.py --schemas "$(SCHEMAS)"

sdk: ## generate the SDKs in sdk/ from the provider's schema
	@$(PYTHON) tools/gen_sdk.py

rules: setup ## write docs/flowspec-rules.md from the code
	@$(BIN)/python tools/rules_doc.py

nodes: setup ## write the tables of docs/nodes.md from the table of node types
	@$(BIN)/python tools/nodes_doc.py

reference: setup ## write docs/reference.md from the provider's schema
	@$(BIN)/python tools/reference_doc.py

demo: setup engine ## apply a workflow to the emulator with the real engine, step by step
	@$(BIN)/python tools/demo.py

lint: setup ## style, format and the import rules between the packages
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

check: setup ## what to run in between: lint, types, and the tests that need no engine
	@$(MAKE) --no-print-directory -j 3 lint types test-unit

test: setup engine ## everything: what CI runs
	@$(MAKE) --no-print-directory -j 3 lint types test-all

test-unit: setup ## the tests that need no engine
	@echo "test: pytest"
	@$(BIN)/pytest -q -n 2 tests/unit tests/wire

test-all: setup engine ## all tests, with a part of each matrix
	@[ -d tests/__pycache__ ] || $(BIN)/pytest -qq --collect-only tests > /dev/null # else each process compiles all
	@echo "test: pytest"
	@$(BIN)/pytest -q -n 7 --dist loadgroup tests/engine tests/install tests/examples tests/sdk tests/docs tests/unit tests/wire

nightly: setup engine ## all tests, with the whole of each matrix (hours): what CI runs at night
	@NIGHTLY=1 EXPORT=all AGREEMENT=all $(BIN)/pytest -q -n 4 --dist loadgroup tests

test-examples: setup engine ## every example through the real engine
	@NIGHTLY=1 $(BIN)/pytest -q -n auto --dist loadgroup tests/examples

test-sdks: setup ## the SDKs of Node.js and Go, built and checked with their own toolchains
	@NIGHTLY=1 $(BIN)/pytest -q -n auto --dist loadgroup tests/sdk

test-install: setup engine ## every way to install, and the pipelines, from built wheels and the archive
	@NIGHTLY=1 $(BIN)/pytest -q -n auto --dist loadgroup tests/install

test-export: setup engine ## an exported workspace imported for each language, for YAML and Python with 500 workflows and more (minutes)
	@NIGHTLY=1 EXPORT=all $(BIN)/pytest -q -n 0 tests/engine/test_export.py

archive: setup ## the release archive of this platform, which needs no Python, into dist/
	@$(BIN)/python tools/archive.py

coverage: setup ## what tests/unit and tests/wire reach of each package; fails under 95 % of lines or branches
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q -n auto tests/unit tests/wire
	@$(BIN)/coverage combine --quiet
	@$(BIN)/python tools/coverage_table.py

golden: setup ## write the messages that the tests see into tests/golden/messages.json; review its diff
	@rm -f tests/golden/messages.json
	@GOLDEN=write $(BIN)/pytest -q -n auto tests/unit tests/wire

chaos: setup engine ## the whole kill matrix: every step, struck at each of its calls (an hour on 2 cores)
	@CHAOS=all $(BIN)/pytest -q -n 3 tests/engine/test_chaos.py

switches: setup engine ## the whole switch matrix: the life of a workflow, and of a node, a function and a file, at any two settings of the emulator's switches
	@SWITCHES=all $(BIN)/pytest -q -n 3 tests/engine/test_switches.py

agreement: setup ## all verdicts of the vendor's parser on tests/corpus beside ours
	@AGREEMENT=all $(BIN)/pytest -q -n 0 -s tests/unit/flowspec/test_agreement.py

fuzz: fuzz-documents fuzz-plugin fuzz-service ## all three, whole (hours on 2 cores); FUZZ="--seconds 60 --seed 1" for others

fuzz-documents: setup ## try 100,000 malformed documents
	@$(BIN)/python -m tests.fuzz.fuzz $(FUZZ)

fuzz-plugin: setup ## 20,000 calls of every RPC with what no program should say
	@$(BIN)/python -m tests.fuzz.plugin $(FUZZ)

fuzz-service: setup ## 5,000 lives at a service whose answers are not what they should be
	@$(BIN)/python -m tests.fuzz.service $(FUZZ)

bench: setup engine ## measure against the emulator
	@$(BIN)/python -m tests.bench.bench

lock: ## renew requirements.lock, and what the SDKs and examples of Node.js and Go pin
	@tools/lock.sh
