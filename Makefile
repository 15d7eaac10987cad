# Two commands are all that anyone needs: `make run` and `make test`. Each sets up what it needs by itself.
VENV   := .venv
PYTHON ?= python3
BIN    := $(VENV)/bin
DEMO   ?= .demo

.PHONY: run test check gate bench screens lock clean
.DEFAULT_GOAL := run

# The environment, from pinned and hashed requirements; virtualenv stands in where python3 has no venv of its own.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV); $(PYTHON) -m pip install --quiet --user virtualenv && $(PYTHON) -m virtualenv --quiet $(VENV); }

# uv installs four times faster; where it cannot (an index that only pip knows, a platform without it), pip does the same.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
$(VENV)/.uv: requirements-uv.txt | $(BIN)/python
	-@$(PIP) install --require-hashes -r requirements-uv.txt
	@touch $@
define install
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) || $(PIP) install --require-hashes -r $(1)
endef

$(VENV)/.run: requirements.txt pyproject.toml $(VENV)/.uv
	@echo "installing what dalil needs"
	$(call install,requirements.txt)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements-dev.txt $(VENV)/.run
	@echo "installing what its tests need"
	$(call install,requirements-dev.txt)
	@touch $@

run: $(VENV)/.run  ## build the example archive and open the program
	$(BIN)/dalil demo $(DEMO) --serve

test: $(VENV)/.test  ## all tests
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.test gate  ## style, and the floors where the data are here
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

gate: $(VENV)/.test  ## accuracy floors: they only rise
	$(BIN)/python -m pytest tests/gate --gate -rsP

bench: $(VENV)/.test  ## speed and memory, as ratios; writes docs/bench.md
	$(BIN)/python bench/run.py

screens: $(VENV)/.test  ## docs/screens from a real browser
	$(BIN)/python tests/web/take_screens.py

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: $(VENV)/.uv  ## pin again, with hashes and no index lines
	echo uv | $(COMPILE) - -o requirements-uv.txt
	$(COMPILE) pyproject.toml --group build -o requirements.txt
	$(COMPILE) pyproject.toml --extra pdf --group build --group test --group check -o requirements-dev.txt

clean:
	rm -rf $(VENV) $(DEMO) build dist src/*.egg-info
