# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.lock-$(shell sha256sum requirements.lock pyproject.toml | sha256sum | cut -c1-16)

.PHONY: demo test check lint types contracts numbers bench format lock clean help

help:            ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ -/'

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Sealmark needs Python 3.11 or newer' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo 'Python has no venv module: apt-get install python3-venv' >&2; exit 1; }
	@echo 'Setting up .venv (once, about a minute) ...' >&2
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP)   ## evaluate one example case per pack and show where the reports are
	@$(BIN)/sealmark demo --out demo-out

test: $(STAMP) check  ## everything that must hold: style, types, contracts, packs, tests
	@$(BIN)/python -m pytest -n 2 --cov --cov-report=term:skip-covered --cov-report=json

check: $(STAMP) lint types contracts numbers  ## the fast checks

lint: $(STAMP)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(STAMP)
	@$(BIN)/mypy

contracts: $(STAMP)
	@$(BIN)/lint-imports

numbers: $(STAMP)  ## print the house numbers
	@$(BIN)/python tests/house/house_numbers.py

bench: $(STAMP)  ## ratios against a peer in the same run, and calibration tables
	@$(BIN)/python -m pytest tests/benchmarks -s -p no:cacheprovider --override-ini=python_files='bench_*.py'

format: $(STAMP)
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lock:            ## renew requirements.lock (needs uv)
	uv lock --upgrade -q
	uv export --all-extras --all-groups --no-emit-project --no-emit-index-url --no-header -q -o requirements.lock

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis demo-out
