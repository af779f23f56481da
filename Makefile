# `make` says what there is. Needed: Python 3.11 to 3.14 and make; no root, no Docker, no compiler, no database.

VENV := .venv
PY := $(VENV)/bin/python
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11
UV := uv==0.13.9
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore
PYTEST := $(PY) -m pytest
ARGS :=

# Each of the many processes of the demonstration and the tests would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

# Production settings with keys made for the moment; nothing here connects to a database.
KEY = $$($(PY) -c 'import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())')
PRODUCTION = CMDM_SECRET_KEY="$(KEY)$(KEY)" CMDM_SEALING_KEYS="k1:$(KEY)" CMDM_DIGEST_KEY="$(KEY)" \
	CMDM_SIGNING_KEYS="s1:$(KEY)" CMDM_HOSTS=hub.example CMDM_MODE=production DATABASE_URL=postgres://hub@127.0.0.1:1/hub \
	PYTHONWARNINGS=ignore::RuntimeWarning

.PHONY: help setup demo test ready check lint types sound bench bench-stages bench-million bench-splink format soak clean

help: ## Say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 15

setup: $(VENV)/.ok ## Install what the hub needs, into .venv

demo: $(VENV)/.ok ## Start everything with sample customers; ARGS="--help" tells the options
	@exec $(PY) manage.py demo $(ARGS)

check: types lint sound ## Lint, types, order of imports, production settings, migrations

types: $(VENV)/.ok-dev
	$(PRODUCTION) $(VENV)/bin/mypy

lint: $(VENV)/.ok-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports --no-logo

sound: $(VENV)/.ok-dev
	$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING
	$(PRODUCTION) $(PY) manage.py makemigrations --check --dry-run

# One process more than two cores have: whoever drives a browser mostly waits.
test: $(VENV)/.ok-dev ## Run all tests
	$(PY) tests/browser_setup.py
	$(PYTEST) -n 3 --dist worksteal $(ARGS)

# What the tests find ready when `make -j2 ready check` went before: a browser, and the database that they copy.
ready: $(VENV)/.ok-dev
	$(PY) tests/browser_setup.py
	$(PY) -m tests.support.databases

soak: $(VENV)/.ok-dev ## Run the long forms of the tests; takes hours
	$(PY) tests/browser_setup.py
	CMDM_SOAK=1 $(PYTEST) -n 2 --dist worksteal -m "not browser" $(ARGS)
	CMDM_SOAK=1 $(PYTEST) -m browser $(ARGS)

bench: $(VENV)/.ok ## Measure the small sizes: taking in, matching, permission; ten minutes
	$(PY) benchmarks/taking_in.py --records 21000
	$(PY) benchmarks/permitted.py --customers 50000

bench-stages: $(VENV)/.ok ## Measure the processor's time of a first load by stage: loader, helpers, server
	$(PY) benchmarks/stages.py $(ARGS)

# A million records: needs 12 GiB of disk, 8 GiB of memory, and most of an hour.
bench-million: $(VENV)/.ok ## Measure taking in, matching and posting with a million records
	$(PY) benchmarks/taking_in.py --records 1000000 $(ARGS)

# FILE: Parquet with the columns of benchmarks/bulk_scoring.py; SPLINK: a Python with splink; BENCH: where splink_bench.py
# lies; MODEL: what it trained (splink_bench.py gen FILE --save-model MODEL).
bench-splink: $(VENV)/.ok ## Measure beside Splink: the same pairs (tight, wide) and a whole load; FILE= SPLINK= BENCH= MODEL=
	$(PY) benchmarks/bulk_scoring.py $(FILE) --rules tight --same --splink $(SPLINK) --bench $(BENCH) --model $(MODEL)
	$(PY) benchmarks/bulk_scoring.py $(FILE) --rules wide --same --splink $(SPLINK) --bench $(BENCH) --model $(MODEL)
	$(PY) benchmarks/taking_in.py --parquet $(FILE) --splink $(SPLINK) --bench $(BENCH) $(ARGS)

format: $(VENV)/.ok-dev ## Bring the code into its form
	$(VENV)/bin/ruff check --fix-only --quiet .
	$(VENV)/bin/ruff format .

clean: ## Delete what setup, demo and tests made, the demonstration's data included
	@if [ -x $(PY) ] && [ -d .cmdm ]; then $(PY) manage.py database remove --yes; fi
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis staticfiles test-results

$(VENV)/.ok: requirements.lock | $(PY)
	@echo "Installing into $(VENV)"
	@{ $(PIP) $(UV) && $(VENV)/bin/uv pip install --quiet --python $(PY) --require-hashes -r $<; } \
		|| $(PIP) --require-hashes -r $<
	@touch $@

$(VENV)/.ok-dev: requirements-dev.lock | $(VENV)/.ok
	@{ [ -x $(VENV)/bin/uv ] && $(VENV)/bin/uv pip install --quiet --python $(PY) --require-hashes -r $<; } \
		|| $(PIP) --require-hashes -r $<
	@touch $@

# A python on the path may be a shim that fails, too old, too new, or without venv: the first one that fits is taken.
$(PY):
	@fits=; for python in $(PYTHONS); do \
		$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null || continue; \
		fits=$$python; \
		$$python -c 'import ensurepip, venv' 2>/dev/null || continue; \
		exec $$python -m venv --clear $(VENV); \
	done; \
	if [ -n "$$fits" ]; then \
		echo "$$fits has no venv module; on Debian and Ubuntu: apt-get install python3-venv"; \
	else \
		echo "Python 3.11, 3.12, 3.13 or 3.14 is needed and none of $(PYTHONS) is one."; \
	fi >&2; exit 1
