# Every command a person needs. A fresh machine has Python >= 3.11 and make, nothing more.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests wait more than they work: for four processors, seven processes.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(max(2, os.cpu_count() * 7 // 4))')
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: install run test check format lock bench chaos faults load screenshots clean

install: $(VENV)/.runs

# Bytecode is compiled here: where it may not be written later, starting would take twice as long.
# uv takes seconds where pip takes half a minute; without it pip does the same from the same lock.
$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Easel needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	-$(BIN)/pip install --quiet uv

define install
	@if [ -x $(BIN)/uv ]; then VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode $(1); \
	else $(BIN)/pip install --quiet $(1); fi
endef

$(VENV)/.runs: requirements.lock pyproject.toml | $(BIN)/python
	$(call install,--require-hashes -r requirements.lock)
	$(call install,--no-deps --no-build-isolation -e .)
	@$(BIN)/python -m compileall -q bot core storage
	@touch $@

$(VENV)/.tests: requirements-dev.lock $(VENV)/.runs
	$(call install,--require-hashes -r requirements-dev.lock)
	@touch $@

run: install
	@$(BIN)/easel run

test: $(VENV)/.tests
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: $(VENV)/.tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.tests
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.tests
	@$(BIN)/python -m benchmarks $(NAME)

chaos: $(VENV)/.tests
	@$(BIN)/python -m benchmarks.chaos $(if $(SHORT),--short) $(if $(DATABASE),--database $(DATABASE))

faults: $(VENV)/.tests
	@$(BIN)/python -m benchmarks.faults

load: $(VENV)/.tests
	@$(BIN)/python -m benchmarks.load

screenshots: $(VENV)/.tests
	@$(BIN)/python docs/screenshots.py
	@$(BIN)/python -m docs.discord_pictures
	@$(BIN)/python -m docs.slack_pictures

lock: $(BIN)/python
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra offline --extra postgres --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra offline --extra postgres --extra build --extra otel --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache build *.egg-info
