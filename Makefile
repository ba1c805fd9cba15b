# Installs, runs the demonstration, tests. The pipeline itself is dvc.yaml: `dvc repro`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The stages run with the first `python` on the path.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help install demo test test-slow lint verify bench bench-scaling bench-impressions

help:  ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1: /'

install: $(STAMP)  ## Create .venv and install the project with its development tools

$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

demo: $(STAMP)  ## Run the whole pipeline on scikit-learn's digits and print the results
	$(BIN)/dvc repro
	$(BIN)/dvc plots show >/dev/null
	$(BIN)/ccsi info

test: $(STAMP)  ## Run the tests
	$(BIN)/python -m pytest -n 2 --dist loadscope

test-slow: $(STAMP)  ## Run the tests marked slow
	$(BIN)/python -m pytest -n 2 --dist loadscope -m slow

lint: $(STAMP)  ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

verify: $(STAMP)  ## Run everything anew in a clone of the last commit and compare with dvc.lock
	$(BIN)/python -m ccsi.pipeline.verify

bench: $(STAMP)  ## Measure how fast this machine trains, updates, synthesises, as JSON (some minutes)
	$(BIN)/python -m tests.benchmarks --demo

bench-scaling: $(STAMP)  ## Measure how processor time grows with images, classes, pixels, iterations
	$(BIN)/python -m tests.benchmarks --scaling

bench-impressions: $(STAMP)  ## Measure how good impressions are after how many iterations (minutes)
	$(BIN)/python -m tests.benchmarks --threads 1 --impressions
