# What a person or a machine does with this project. `make` alone lists it.
# Written for GNU make 3.81 (the one macOS has).

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Which Python makes .venv; empty means: the first of python3.13 ... python3 that is new enough.
PYTHON ?=
# How many test processes; `auto` is two per core (tests/conftest.py says why).
WORKERS ?= auto
# More words for pytest: make test ARGS='-k clock'
ARGS ?=
# What locks the requirements (only `make lock` needs it).
UV ?= uv

BIN := .venv/bin
# Twice quiet: only errors. What a machine's own pip settings make it warn of is not ours to show.
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
# The long tests stand close together: whoever has nothing left takes some from the others.
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
CODE := $(wildcard bot cogs migrations sandbox rehearsal tests benchmarks)

.PHONY: help
help: ## Show this list
	@echo "Liftoff: what make can do here"
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -e 's/:.*## /\	/' | awk -F '\t' '{printf "  make %-12s %s\n", $$1, $$2}'

# --- environment -------------------------------------------------------------------------------
# Each stamp is written last: an installation that was interrupted is done again.

.venv/stamp-python: requirements/venv.sh
	@sh requirements/venv.sh "$(PYTHON)"
	@touch $@

.venv/stamp-run: .venv/stamp-python requirements/run.txt pyproject.toml
	@echo "Installing what the bot needs (once; about a minute)"
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/stamp-dev: .venv/stamp-run requirements/dev.txt
	@echo "Installing what the tests need (once)"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# --- what it does ------------------------------------------------------------------------------

.PHONY: rehearse
rehearse: .venv/stamp-run ## Perform a whole cohort on a Discord of its own, no token needed
	@$(BIN)/liftoff rehearse

.PHONY: run
run: .venv/stamp-run ## Run the bot with config.toml and LIFTOFF_DISCORD__TOKEN
	@$(BIN)/liftoff run

# --- checks ------------------------------------------------------------------------------------

.PHONY: test
test: .venv/stamp-dev ## Run the test suite (a few minutes)
	$(PYTEST) $(ARGS)

.PHONY: test-deep
test-deep: .venv/stamp-dev ## Run the tests that take longer: exhaustive, crash, PostgreSQL, foreign clients
	$(PYTEST) -m "deep or crash or postgres" --hypothesis-profile=deep $(ARGS)

# SEED and KILLS go to the tests as they are: make test-crash SEED=7 KILLS=40
.PHONY: test-crash
test-crash: .venv/stamp-dev ## Kill the bot 200 times and see what people get (SEED=n, KILLS=n)
	$(PYTEST) -p tests.crash.figures -m crash $(ARGS)

.PHONY: lint
lint: .venv/stamp-dev ## Look for mistakes and for code that is not in house style
	$(BIN)/ruff check .

.PHONY: format
format: .venv/stamp-dev ## Put the code into house style
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

.PHONY: format-check
format-check: .venv/stamp-dev ## Say which files `make format` would change
	$(BIN)/ruff format --check .

.PHONY: types
types: .venv/stamp-dev ## Check the types
	$(BIN)/mypy

.PHONY: check
check: lint format-check types test ## Everything before a commit: lint, format, types, tests

.PHONY: bench
bench: .venv/stamp-run ## Print figures: the bot beside a bare client, and the sandbox (a quarter of an hour)
	$(BIN)/python -m benchmarks $(ARGS)

# --- upkeep ------------------------------------------------------------------------------------

# Locked for every system and Python from 3.11 on. `make lock UPGRADE=1` takes newer versions.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	$(if $(UPGRADE),--upgrade,)

.PHONY: lock
lock: ## Lock the requirements again (needs uv; UPGRADE=1 for newer versions)
	@command -v $(UV) >/dev/null 2>&1 || { echo "Locking needs uv: please install it, or name it with 'make lock UV=/path/to/uv'." >&2; exit 1; }
	$(COMPILE) pyproject.toml requirements/build.in -o requirements/run.txt
	$(COMPILE) pyproject.toml requirements/build.in --extra postgresql \
		-c requirements/run.txt -o requirements/postgresql.txt
	$(COMPILE) pyproject.toml requirements/build.in --group dev \
		-c requirements/run.txt -o requirements/dev.txt
	$(COMPILE) tests/foreign/hikari/requirements.in -o tests/foreign/hikari/requirements.txt

.PHONY: clean
clean: ## Remove .venv, caches and what rehearsals left
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist rehearsal-out
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +
