# Everything that a person or a machine runs. Needs only make and Python 3.11 or 3.12 (with venv); nothing is installed
# outside .venv, and again only when requirements.lock or pyproject.toml has changed.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# --no-compile: Python compiles what a run imports, which is a small part of all that is installed
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-compile
# The first of these that is there, unless PYTHON names another: make run PYTHON=/opt/python/bin/python3.12
PYTHON ?= $(shell for python in python3.11 python3.12 python3 python; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' \
	>/dev/null 2>&1 && { echo "$$python"; break; }; done)

.DEFAULT_GOAL := help
.PHONY: help run test check torture fuzz score bench docs oracle picture fit clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) ## Install what is needed and do the main job: the review `cop`
	$(BIN)/retally run cop

test: $(READY) check ## Install what is needed, check style and types, run the tests
	@sh tests/browser.sh
	$(BIN)/python -m pytest --numprocesses auto

check: $(READY) ## Style (ruff) and types (mypy)
	$(BIN)/ruff check .
	$(BIN)/mypy

torture: $(READY) ## Kill an update 100 times at random moments (some minutes)
	RETALLY_KILLS=100 $(BIN)/python -m pytest tests/pipeline/test_killed.py

fuzz: $(READY) ## Give every reader 100,000 made-up files and more, in bounded time and memory (some minutes)
	$(BIN)/python -m tests.fuzz 102000

score: $(READY) ## Accuracy of the reader that ships on the development gold beside the checkout, which it has not seen
	$(BIN)/python -m tests.score

bench: $(READY) $(VENV)-bench/.ready ## Speed and memory beside the peers (spaCy, pubmed_parser, lxml), as table and build/bench.json
	$(BIN)/python -m tests.bench --peers $(VENV)-bench/bin/python --out build

docs: $(READY) ## Write the generated parts of docs/contracts.md again
	$(BIN)/python -m tests.contracts

oracle: $(READY) ## Regenerate the reference numbers of pooling with R and compare (Debian: r-cran-metafor r-cran-lme4)
	@mkdir -p build
	Rscript tests/reports/oracle/oracle.R build/oracle.json
	$(BIN)/python tests/reports/oracle/check_oracle.py build/oracle.json

picture: run ## The report and the desk as pictures for the README (needs chromium)
	$(BIN)/python tests/screens.py out/cop/report.html build/pictures
	cp build/pictures/desktop-light.png docs/report.png
	$(BIN)/python -m tests.pipeline.desk.picture retally.sqlite docs/desk.png

fit: ## Fit the reader again on the annotated abstracts beside the checkout (some eighty minutes; PyTorch in .venv-fit)
	test -x .venv-fit/bin/python || "$(PYTHON)" -m venv .venv-fit
	.venv-fit/bin/python -m pip install --quiet --requirement requirements.lock --requirement extract/fit/requirements.txt
	.venv-fit/bin/python -m extract.fit.fit ../shared

clean: ## Remove the environment and caches; stores and reports stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or 3.12 with venv found; install one, or give PYTHON=/path/to/python" >&2; exit 1; }
	@test -x $(BIN)/python && $(BIN)/python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' \
		|| { rm -rf $(VENV); "$(PYTHON)" -m venv $(VENV); }
	@echo "Installing into $(VENV) (once; about a minute and a half)"
	@$(PIP) --requirement requirements.lock
	@PYTHONWARNINGS=ignore $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# The peers of the benchmark are no part of the program: an environment of their own
$(VENV)-bench/.ready: tests/bench-requirements.txt $(READY)
	@$(BIN)/python -m venv --clear $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip --disable-pip-version-check install --quiet --no-compile --requirement $<
	@touch $@
