# make demo    the main job on an invented world with known truth
# make test    every check and every test
# make help    the rest
#
# All of them set up what they need first, in .venv.

SHELL := /bin/sh
BIN := .venv/bin
PYTHON_IN_VENV := $(BIN)/python
WORKERS ?= 2
DEMO_OUT ?= demo-out
MODEL_OUT ?= model-out
SIZES ?= 1 4 16
PY_FOLDERS := src tests benchmarks fuzz tools

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo test check fix bench load figures learn fuzz docs lock page screenshots clean

help: ## say what each target does
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 13

setup: .venv/.setup-done ## make .venv with the command cointrail in it
	@:

.venv/.setup-done: pyproject.toml requirements/dev.lock requirements/simulate.lock tools/setup.sh
	@PYTHON="$(PYTHON)" sh tools/setup.sh

demo: setup ## run the main job on the demo world and compare with its truth
	@$(BIN)/cointrail demo --out $(DEMO_OUT)

test: setup check ## all checks, then all tests
	@sh tools/browser.sh
	@$(PYTHON_IN_VENV) -m pytest -n $(WORKERS)

check: setup ## layout, lint, types, import layers, spelling, locks, docs
	@$(PYTHON_IN_VENV) -m ruff format --check --quiet $(PY_FOLDERS)
	@$(PYTHON_IN_VENV) -m ruff check --quiet $(PY_FOLDERS)
	@$(PYTHON_IN_VENV) -m mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache >.venv/imports.log || { cat .venv/imports.log; exit 1; }
	@$(BIN)/codespell
	@$(PYTHON_IN_VENV) tools/lock.py --check
	@$(PYTHON_IN_VENV) tools/check_docs.py
	@$(PYTHON_IN_VENV) tools/make_reference.py --check
	@$(PYTHON_IN_VENV) tools/page.py

fix: setup ## format, and mend what the linter can mend
	@$(PYTHON_IN_VENV) -m ruff format --quiet $(PY_FOLDERS)
	@$(PYTHON_IN_VENV) -m ruff check --fix $(PY_FOLDERS)

docs: setup ## write the generated reference pages, then check all pages
	@$(PYTHON_IN_VENV) tools/make_reference.py
	@$(PYTHON_IN_VENV) tools/check_docs.py

bench: setup .venv/.bench-done ## measure beside peers, disk and openssl; SIZES="1 4 16" in GB
	@$(PYTHON_IN_VENV) benchmarks/bench.py --sizes $(SIZES)

load: setup ## measure what users of a server wait for; STORE=DIR, with clusters
	@$(PYTHON_IN_VENV) benchmarks/page_load.py $(STORE) --results benchmarks/results/load

figures: setup .venv/.bench-done ## write the page on performance from the newest result
	@$(PYTHON_IN_VENV) benchmarks/report.py

.venv/.bench-done: requirements/bench.lock .venv/.setup-done
	@$(PYTHON_IN_VENV) -m pip --disable-pip-version-check install --quiet --require-hashes \
		--requirement requirements/bench.lock || \
		{ echo "make bench: the peers have wheels for Python 3.11 and 3.12 only" >&2; exit 1; }
	@touch $@

learn: setup ## maintainers: train the learned change model anew, with its card
	@rm -rf $(MODEL_OUT)
	@$(BIN)/cointrail evaluate train-change --out $(MODEL_OUT)
	@cp $(MODEL_OUT)/change_model.json src/cointrail/heuristics/change/
	@cp $(MODEL_OUT)/change-model.md $(MODEL_OUT)/change-model.svg docs/reference/

fuzz: setup ## ten million hostile inputs for the readers, then some under bounds checks
	@$(PYTHON_IN_VENV) fuzz/run.py --inputs 10000000
	@$(PYTHON_IN_VENV) fuzz/run.py --inputs 200000 --checked --seed 2

lock: setup ## maintainers: resolve the lock files anew (needs uv)
	@$(PYTHON_IN_VENV) tools/lock.py

page: setup ## maintainers: build the page in the browser anew (needs node)
	@cd web && npm ci --no-audit --no-fund && npm run types && npm run check && npm test && npm run build
	@$(PYTHON_IN_VENV) tools/page.py --write

screenshots: setup ## maintainers: take every page anew into docs/gallery (needs chromium)
	@PYTHONPATH=tests $(PYTHON_IN_VENV) tools/screenshots.py

clean: ## remove .venv, caches and the demo's output
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist fuzz-out $(DEMO_OUT) $(MODEL_OUT)
	@find src tests tools benchmarks fuzz -name __pycache__ -prune -exec rm -rf {} +
