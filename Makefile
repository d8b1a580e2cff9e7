# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.lock-$(shell sha256sum requirements.lock pyproject.toml | sha256sum | cut -c1-16)
FAST := .venv/.fast-$(shell sha256sum requirements-bench.lock | cut -c1-16)
SPARK := .venv/.spark-$(shell sha256sum requirements-spark.lock | cut -c1-16)
# Spark needs Java: without it everything else runs, and in continuous integration it is a failure.
JAVA := $(shell command -v java)
WITH_SPARK := $(if $(JAVA)$(filter true,$(CI)),$(SPARK))
# A second verifier of our credentials, in Node: as with Java.
SECOND := tests/library/attest/node
NPM := $(shell command -v npm)
WITH_NODE := $(if $(NPM)$(filter true,$(CI)),$(SECOND)/node_modules/.package-lock.json)

.PHONY: demo test test-postgres coverage spark check lint types contracts numbers bench bench-peers format lock clean help

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

$(FAST): $(STAMP)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements-bench.lock
	@touch $@

$(SPARK): $(STAMP)
	@echo 'Adding Spark to .venv (once, about a minute) ...' >&2
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements-spark.lock
	@touch $@

$(SECOND)/node_modules/.package-lock.json: $(SECOND)/package-lock.json
	@cd $(SECOND) && npm ci --ignore-scripts --no-audit --no-fund --loglevel error >/dev/null
	@touch $@

demo: $(STAMP)   ## evaluate one example case per pack, then open a certification body at work
	@$(BIN)/sealmark demo --out demo-out
	@$(BIN)/sealmark-platform --data demo-out/platform demo

# What asks a database for more than to keep rows: acts at once, locks, triggers, constraints, counts, archives.
# `make test-postgres` runs everything of the platform on PostgreSQL.
ON_POSTGRES = $(addprefix tests/platform/,casework records pages attestation register administration/test_editions.py \
  api/test_acting.py api/test_reading.py desk/test_complaints.py test_backup.py test_commands.py test_overviews.py) \
  $(addprefix --ignore tests/platform/,pages/test_axe.py pages/test_verifying.py attestation/test_in_browser.py)

# Each of the two workers keeps to its own files, so that what a file shares is made once, and ends by helping the other.
TWO = -n 2 --dist worksteal
# Where tests of estimators lie.
ON_SPARK = tests/library/measure tests/reference tests/real tests/spark
# What marks and certificates depend on. To measure costs a test as much again: `make coverage` measures all the rest.
PURE := core scheme assess certify attest
comma := ,
MEASURED = --cov --cov-report= --cov-fail-under=0
COVERED = $(subst $() ,$(comma),$(PURE:%=*/sealmark/%/*))

test: $(STAMP) check $(FAST) $(WITH_SPARK) $(WITH_NODE)  ## everything that must hold: style, types, contracts, packs, tests
	@$(BIN)/python -m pytest $(TWO) $(MEASURED) $(PURE:%=tests/library/%)
	@$(BIN)/python -m coverage report --skip-covered --include='$(COVERED)'
	@$(BIN)/python -m pytest $(TWO) $(PURE:%=--ignore tests/library/%) --ignore tests/platform --ignore tests/journeys
	@$(BIN)/python -m pytest $(TWO) tests/journeys tests/platform
	@$(BIN)/python -m pytest --postgres $(TWO) $(ON_POSTGRES)
	@$(if $(WITH_SPARK),$(BIN)/python -m pytest --spark $(TWO) $(ON_SPARK),echo 'No Java here: the tests on Spark are left out.')

coverage: $(STAMP) $(FAST) $(SPARK) $(WITH_NODE)  ## which lines of the library no test runs
	@$(BIN)/python -m pytest $(TWO) $(MEASURED) --ignore tests/platform --ignore tests/journeys
	@$(BIN)/python -m pytest --spark $(TWO) $(MEASURED) --cov-append $(ON_SPARK)
	@$(BIN)/python -m coverage report --skip-covered

test-postgres: $(STAMP)  ## every test of the platform on PostgreSQL
	@$(BIN)/python -m pytest --postgres $(TWO) tests/platform

spark: $(STAMP) $(SPARK)  ## the tests of every estimator on Spark
	@$(BIN)/python -m pytest --spark $(TWO) $(ON_SPARK)

check: $(STAMP) lint types contracts numbers  ## the fast checks

lint: $(STAMP)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(STAMP)
	@$(BIN)/mypy

contracts: $(STAMP)
	@$(BIN)/lint-imports

numbers: $(STAMP)  ## print the house numbers
	@$(BIN)/python tests/house/house_numbers.py

bench: $(STAMP) $(FAST)  ## ratios against a peer in the same run, and calibration tables
	@$(BIN)/python -m pytest tests/benchmarks -s -p no:cacheprovider --override-ini=python_files='bench_*.py'

.venv-peers/.lock: tests/benchmarks/requirements-peers.lock
	@$(PYTHON) -m venv --clear .venv-peers
	@.venv-peers/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

bench-peers: $(STAMP) .venv-peers/.lock  ## ratios against R survey, svy, lme4 and plspm (tests/benchmarks/peers.md)
	@$(BIN)/python -m pytest tests/benchmarks/bench_peers.py tests/benchmarks/bench_paths.py tests/benchmarks/bench_raters.py -s -p no:cacheprovider

format: $(STAMP)
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lock:            ## renew all locks (needs uv)
	uv lock --upgrade -q
	uv export --all-extras --no-extra spark --no-extra fast --all-groups --no-emit-project --no-emit-index-url --no-header -q -o requirements.lock
	uv export --extra spark --no-default-groups --no-emit-project --no-emit-index-url --no-header -q \
	  | awk '/^[^ ]/ { wanted = /^(pyspark|py4j)==/ } wanted' > requirements-spark.lock
	uv export --extra fast --no-default-groups --no-emit-project --no-emit-index-url --no-header -q \
	  | awk '/^[^ ]/ { wanted = /^(numba|llvmlite)==/ } wanted' > requirements-bench.lock

clean:
	rm -rf .venv $(SECOND)/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis demo-out
