# Hài Lòng: `make run` serves the demonstration, `make test` proves the whole; both from a bare clone.
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
export HOST PORT
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test test-long check bench clean lock translations translations-update

run: $(VENV)/.installed translations
	@bin/require-system pdf || echo "Without them everything works but lists and reports as PDF."
	@$(BIN)/flask --app wsgi start

test: $(VENV)/.installed-dev translations
	@bin/require-system browser database pdf pictures
	@$(MAKE) --no-print-directory check
	$(BIN)/pytest -m "not long" -n 2 --dist loadfile

test-long: $(VENV)/.installed-dev translations
	@bin/require-system browser database statistics pdf pictures
	$(BIN)/pytest --hypothesis-profile search

check: $(VENV)/.installed-dev translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python bin/check-translations
	$(BIN)/python bin/check-migrations

bench: $(VENV)/.installed-dev translations
	$(BIN)/python -m bench

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f translations/*/LC_MESSAGES/*.mo

# requirements*.in are what we choose; requirements*.txt are every version, with hashes.
lock: $(VENV)/.installed-dev
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 --no-annotate --no-header requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 --no-annotate --no-header requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 --no-annotate --no-header requirements-spark.in -o requirements-spark.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 --no-annotate --no-header requirements-scan.in -o requirements-scan.txt

$(VENV)/bin/pip:
	@bin/require-system venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements.txt | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/.installed

# Catalogues are compiled when they are newer than what is compiled.
translations: translations/en/LC_MESSAGES/messages.mo

translations/en/LC_MESSAGES/messages.mo: translations/en/LC_MESSAGES/messages.po | $(VENV)/.installed
	@$(BIN)/pybabel --quiet compile -d translations 2>/dev/null

# After changing texts: extract them, then finish translations/en/LC_MESSAGES/messages.po by hand.
POT := .make/messages.pot
translations-update: $(VENV)/.installed-dev
	@mkdir -p $(dir $(POT))
	$(BIN)/pybabel --quiet extract -F babel.cfg -k _l -k ngettext:1,2 --no-location --sort-output -o $(POT) .
	$(BIN)/pybabel --quiet update -i $(POT) -d translations -D messages -l en -w 110 --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	@rm $(POT)
