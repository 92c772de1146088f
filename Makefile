# make install   the environment, in .venv
# make demo      fit, compare, report, reload and predict on the embedded corpus
# make test      one test per promise, offline
# make test-all  also what takes longer: processes that are killed, the real IMDB, the notebook
# make lint      format, lint, types and directions of imports

PYTHON ?= python3
VENV := .venv/bin
INSTALLED := .venv/.installed

.PHONY: install demo test test-all lint

install: $(INSTALLED)

$(INSTALLED): setup.cfg pyproject.toml
	$(PYTHON) -m venv .venv
	$(VENV)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,notebook]'
	touch $@

demo: install
	$(VENV)/python scripts/demo.py

test: install
	$(VENV)/python -m pytest

test-all: install lint
	$(VENV)/python -m pytest -m "slow or not slow"

lint: install
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy
	$(VENV)/lint-imports
