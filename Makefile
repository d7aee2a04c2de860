# make run          install what is missing, then serve on http://127.0.0.1:3000 (PORT= for another port)
# make link         print a new link to come in, with ENABLE_AUTH=token
# make stop         end the server and every app it started
# make check        lint and the unit tests: two minutes
# make test         all tests; make lint bench soak faults audit screenshots clean

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
.PHONY: run link stop check test lint audit bench soak faults screenshots clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NODE_BIN := $(VENV)/node/node_modules/.bin
export PATH := $(CURDIR)/$(NODE_BIN):$(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Containers often set it. Then each process compiles all modules again: a third of the time to start the server.
unexport PYTHONDONTWRITEBYTECODE

# The stamp's name contains a hash of the requirements, so that unchanged ones are not installed again.
hash = $(shell cat $(1) | sha256sum | cut -c1-16)
RUN_STAMP := $(VENV)/set-up-$(call hash,requirements.txt scripts/set_up.sh)
DEV_STAMP := $(VENV)/set-up-dev-$(call hash,requirements.txt requirements-dev.txt scripts/set_up.sh)

run: $(RUN_STAMP)
	@exec $(BIN)/python -m proto_ddf.supervisor

link: $(RUN_STAMP)
	@exec $(BIN)/python -m proto_ddf.accounts link

stop: $(RUN_STAMP)
	@exec $(BIN)/python -m proto_ddf.server stop

check: lint
	@exec $(BIN)/python -m pytest -q -ra -n 2 --dist loadfile tests/unit

test: $(DEV_STAMP)
	@scripts/set_up.sh browser
	@scripts/set_up.sh databases
	@scripts/set_up.sh eatmydata
	@exec $$(command -v eatmydata || true) $(BIN)/python -m pytest -q -ra -n 4 --no-loadscope-reorder

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/vulture
	$(BIN)/jscpd --no-tips
	$(BIN)/mypy

# It asks services on the web about each package.
audit: $(DEV_STAMP)
	$(BIN)/pip-audit --strict --requirement requirements.txt

bench: $(DEV_STAMP)
	@scripts/set_up.sh databases
	@exec $(BIN)/python -m benchmarks

soak: $(DEV_STAMP)
	@exec $(BIN)/python -m benchmarks.soak

faults: $(DEV_STAMP)
	@exec $(BIN)/python -m benchmarks.faults

screenshots: $(DEV_STAMP)
	@scripts/set_up.sh browser
	@scripts/set_up.sh databases
	@exec $(BIN)/python -m docs.make_screenshots

clean:
	rm -rf $(VENV) .web .states reflex.lock .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_STAMP):
	@PYTHON=$(PYTHON) scripts/set_up.sh run
	@touch $@

$(DEV_STAMP): $(RUN_STAMP)
	@scripts/set_up.sh dev
	@touch $@
