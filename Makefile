# Everything one does with trailkit. It needs make and python3, 3.11 or newer;
# the first command makes .venv, which holds all the rest.

PYTHON ?= python3
NOTEBOOK ?= notebooks/00_start_here.ipynb
OPTIONS ?=
MILLIONS ?= 2
ADVISORIES ?=
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help lab test soak notebooks bench bench-large lint conformance gallery picture constraints clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

lab: .venv/kit ## open the first notebook in JupyterLab
	JUPYTER_CONFIG_PATH=jupyter $(BIN)/jupyter-lab $(OPTIONS) $(NOTEBOOK)

test: .venv/checks ## run the quick tests: offline, no AWS
	$(BIN)/pytest --numprocesses=auto --dist=loadfile $(OPTIONS)

soak: .venv/checks ## try thousands of odd inputs, and every question on Trino: hours
	$(BIN)/pytest -m soak --timeout=0 --numprocesses=auto $(OPTIONS)
	TRAILKIT_SAMPLE=all $(BIN)/pytest --numprocesses=auto --dist=loadfile $(OPTIONS)
	TRAILKIT_SAMPLE=all $(BIN)/pytest tests/conformance --timeout=0 $(OPTIONS)

notebooks: .venv/kit ## run every notebook; what they show is in build/notebooks
	$(BIN)/jupyter-nbconvert --execute --to notebook \
		--output-dir build/notebooks notebooks/*.ipynb

bench: .venv/checks ## measure the speed, as ratios to a baseline
	$(BIN)/python -m benchmarks $(OPTIONS)

bench-large: .venv/checks ## measure two million events; MILLIONS=20 for more
	$(BIN)/python -m benchmarks --large $(MILLIONS)

lint: .venv/checks ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright
	$(BIN)/sqlfluff lint --processes 0 sql
	$(BIN)/nbstripout --verify --keep-id notebooks/*.ipynb

conformance: .venv/checks ## test against a real browser, Hive parser and Trino
	$(BIN)/pytest tests/conformance $(OPTIONS)

gallery: .venv/checks ## draw every chart for a person to judge; LOGS=folder adds real logs
	$(BIN)/python -m tools.gallery $(LOGS)

picture: .venv/checks ## draw the pictures of README and docs anew; takes a Chromium
	$(BIN)/python docs/images/draw.py

.PHONY: questions
questions: .venv/kit ## write docs/questions.md from the headers
	$(BIN)/python -m tools.questions_page

constraints: .venv/checks ## take the newest versions, and write them down
	$(BIN)/pip install --quiet --upgrade --upgrade-strategy eager \
		--editable '.[test,trino]'
	$(BIN)/pip freeze --exclude-editable > constraints.txt

.PHONY: audit
audit: .venv/kit ## say which pinned libraries have known weaknesses; ADVISORIES=folder
	$(BIN)/python -m tools.audit $(ADVISORIES)

clean: ## remove all that was made here; evidence stays
	rm -rf .venv build dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/kit: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit( \
		"trailkit needs Python 3.11 or newer, and $(PYTHON) is " \
		+ sys.version.split()[0] \
		+ ". Name a newer one: make $(MAKECMDGOALS) PYTHON=python3.13")'
	@echo "Installing trailkit into .venv: a minute or two, once."
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	touch $@

.venv/checks: .venv/kit
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[test,trino]'
	touch $@
