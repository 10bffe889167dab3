# `make help` lists the targets. Each makes .venv by itself, and anew when pyproject.toml has changed;
# when the Rust sources have changed, it only builds the native engine again.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
RUN_COMMAND ?= python -m eventmatch demo --library
PYTEST_ARGS ?=
BENCHMARKS := $(wildcard benchmarks/[a-z]*.py)
NATIVE := $(shell find native/Cargo.toml native/Cargo.lock native/src -type f)

# $(call cargo,test --locked) runs that in native/, and says so where the toolchain lacks it.
cargo = @if cargo $(firstword $(1)) --help >/dev/null 2>&1; \
	then echo 'cargo $(1)'; cd native && cargo $(1); \
	else echo 'skipped, because it is not installed: cargo $(1)'; fi

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench fuzz check clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; \
	do printf 'make %-8s%s\n' "$$name" "$$text"; done

run: $(VENV)/.cli  ## match real events against the pattern library, and route some to targets that fail
	@$(BIN)/$(RUN_COMMAND)

test: $(VENV)/.dev  ## run all tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)
	$(call cargo,test --locked --quiet)

lint: $(VENV)/.dev  ## check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@if $(BIN)/python -c 'import eventmatch._native' 2>/dev/null; \
	then echo stubtest; $(BIN)/python -m mypy.stubtest --mypy-config-file pyproject.toml eventmatch._native; \
	else echo 'skipped, because the native engine is not installed: stubtest'; fi
	$(call cargo,fmt --check)
	$(call cargo,fmt --check --manifest-path fuzz/Cargo.toml)
	$(call cargo,clippy --locked --quiet --all-targets -- --deny warnings)
	$(call cargo,clippy --locked --quiet --all-targets --features python -- --deny warnings)

format: $(VENV)/.dev  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(call cargo,fmt)
	$(call cargo,fmt --manifest-path fuzz/Cargo.toml)

bench: $(VENV)/.dev  ## run all benchmarks in full
	@set -e; for script in $(BENCHMARKS); do echo "$$script"; $(BIN)/python "$$script"; done

fuzz: $(VENV)/.dev  ## look for inputs on which the native engine and the reference differ
	@if [ -e native/fuzz/run ]; then bash native/fuzz/run; else echo 'there is nothing to fuzz yet'; fi

check:  ## all that CI checks
	bash .ci/run

clean:  ## remove all that was made here
	rm -rf $(VENV) build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	rm -rf native/target eventmatch/_native.*.so
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo 'eventmatch needs Python 3.11 or later; name one: make PYTHON=/path/to/python3'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	{ echo '$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv'; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.cli: $(VENV)/.made $(NATIVE)
	$(PIP) install --editable '.[cli,lambda]' || { $(PIP) install --editable '.[cli]'; \
	echo 'without functions in processes: the extra lambda cannot be installed here'; }
	@touch $@

$(VENV)/.dev: $(VENV)/.made $(NATIVE)
	$(PIP) install --editable '.[dev]'
	@touch $(VENV)/.cli $@
