# Two commands need nothing but python3 with venv, and make: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.set-up-to-run
DEV_STAMP := $(VENV)/.set-up-to-develop
SOURCES := agent drivers simulators tests

.PHONY: demo test check bench soak soak-kills soak-powercut soak-damage soak-brokers soak-backlog soak-drivers generated lock clean
.PHONY: soak-day soak-pc soak-scans soak-terminal soak-properties soak-mutants soak-installs screenshots parts help bundle deb soak-package audit

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(RUN_STAMP) ## Ninety minutes of a simulated line in ninety seconds
	$(BIN)/lineside demo $(DEMO)

# What is judged by fractions of a second of real processes has the machine for itself; all else is shared out to its cores.
ALONE := $(addprefix tests/,agent brokers demo plant_pc)

test: $(DEV_STAMP) parts check ## Everything that must hold, on real parts
	$(if $(TESTS),,PYTHONDEVMODE=1 $(BIN)/python -m pytest -n logical --dist loadfile $(addprefix --ignore=,$(ALONE)))
	PYTHONDEVMODE=1 $(BIN)/python -m pytest $(or $(TESTS),$(ALONE))

check: $(DEV_STAMP) ## Style, types and schemas
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy

bench: $(DEV_STAMP) parts ## Latency, throughput, drain, start-up and memory against the targets
	$(BIN)/python -m tests.bench

soak: soak-kills soak-drivers soak-day soak-pc soak-scans soak-terminal soak-powercut soak-damage soak-brokers soak-backlog soak-properties soak-mutants soak-installs soak-package audit ## What takes long: facts under fire

CYCLES ?= 1000
HOURS ?= 1
CODES ?= 10000
SCAN_KILLS ?= 100
SHIFTS ?= 30
POSITIONS ?= 2000
AGENTS ?= 100
COMMITS ?= 1000
FAULTS ?= 500
MUTANTS ?= 600
FUZZ_S ?= 600
HISTORIES ?= $(shell grep -rl --include='test_*.py' --exclude-dir=soak 'from hypothesis' tests)

soak-kills: $(DEV_STAMP) parts ## SIGKILL at named points and at random moments, CYCLES times
	$(BIN)/python -m tests.soak.kills --cycles $(CYCLES) $(KILLS)

soak-day: $(DEV_STAMP) parts ## One run of the agent through 24 plant hours of faults in HOURS real ones: nothing may grow
	$(BIN)/python -m tests.soak.day --hours $(HOURS) $(DAY)

soak-drivers: $(DEV_STAMP) parts ## FAULTS random faults of line and server for each kind of driver: always back within 3 s, nothing untrue, nothing left behind
	$(BIN)/python -m tests.soak.drivers --faults $(FAULTS) $(DRIVERS)

soak-scans: $(DEV_STAMP) ## Codes fuzzed for FUZZ_S seconds; CODES codes through each channel, and SCAN_KILLS of the agent within a stream of them
	$(BIN)/python -m tests.soak.fuzz_codes --seconds $(FUZZ_S)
	$(BIN)/python -m tests.soak.scans --codes $(CODES) $(SCANS)
	$(BIN)/python -m tests.soak.scan_kills --kills $(SCAN_KILLS)

soak-terminal: $(DEV_STAMP) parts ## SIGKILL of agent, terminal and broker amid all that an operator does, SHIFTS shifts long (tmux)
	$(BIN)/python -m tests.soak.terminal_kills --shifts $(SHIFTS)

soak-powercut: $(DEV_STAMP) ## Power cuts, simulated: what was not synced is dropped or reordered, in COMMITS steps
	$(BIN)/python -m tests.powercut --commits $(COMMITS)

soak-damage: $(DEV_STAMP) parts ## Journals damaged at POSITIONS places, and under AGENTS whole agents
	$(BIN)/python -m tests.soak.damage --positions $(POSITIONS) 2>/dev/null
	$(BIN)/python -m tests.soak.damaged_agents --agents $(AGENTS)

soak-brokers: $(DEV_STAMP) ## The brokers' suite at RabbitMQ and NATS (Debian: rabbitmq-server, nats-server)
	$(BIN)/python -m pytest -v tests/soak/outsiders.py

soak-backlog: $(DEV_STAMP) parts ## Days of backlog: one million facts to drain, five million waiting
	$(BIN)/python -m tests.bench --large drain journal startup

soak-pc: $(DEV_STAMP) parts ## The life of an agent on a line PC: a Debian under systemd, without a network, from the stick to its removal
	$(BIN)/python -m tests.plant_pc

soak-properties: $(DEV_STAMP) ## Ten times other histories than those that `make test` plays each time
	for round in 1 2 3 4 5 6 7 8 9 10; do EXPLORE=1 $(BIN)/python -m pytest -q -n logical --dist loadfile --timeout 900 $(HISTORIES) || exit 1; done

soak-package: $(DEV_STAMP) parts ## The Debian package on a line PC under a real systemd: installed, again, removed, purged (root)
	$(BIN)/python -m pytest -v tests/soak/debian_package.py

soak-mutants: $(DEV_STAMP) ## Mutation testing of agent/core: MUTANTS changes, drawn by lot, that the tests must notice
	$(BIN)/python -m tests.soak.mutants --mutants $(MUTANTS) $(MUTATE)

TARGET ?= 3.11-x86_64

bundle: $(DEV_STAMP) ## All that a line PC without internet needs, into dist/; TARGET=3.13-aarch64 for another Python or processor
	$(BIN)/python -m tests.packaging.bundle --target $(TARGET)

deb: $(DEV_STAMP) ## The same as a Debian package
	$(BIN)/python -m tests.packaging.debian --target $(TARGET)

audit: $(DEV_STAMP) ## Known vulnerabilities of all that is locked (needs a service of advisories; fails where it cannot check)
	$(BIN)/python -m tests.packaging.audit $(AUDIT)

soak-installs: $(DEV_STAMP) ## An installation, an upgrade and a roll back, killed at each of their steps
	EVERY=1 $(BIN)/python -m pytest -q --timeout 1800 tests/installing/test_interrupted.py

generated: $(DEV_STAMP) ## Write the published schemas anew
	$(BIN)/python -m tests.contract.generated
	$(BIN)/python -m tests.tui.catalogues

screenshots: $(DEV_STAMP) ## Draw the terminal's screens anew: pictures for docs/terminal, texts for the tests
	$(BIN)/python -m tests.tui.screenshots
	$(BIN)/python -m tests.tui.snapshots

parts: ## Bring the real parts that the tests play on, through apt and npm, where they are missing
	@missing=; want() { PATH="$$PATH:/usr/sbin" command -v "$$1" >/dev/null || missing="$$missing $$2"; }; \
	library() { PATH="$$PATH:/usr/sbin:/sbin" ldconfig -p | grep -q "$$1" || missing="$$missing $$2"; }; \
	library libmodbus.so.5 libmodbus5; \
	want mosquitto mosquitto; want systemd-analyze systemd; want loadkeys kbd; want debootstrap debootstrap; \
	want socat socat; want tmux tmux; want curl curl; want openssl openssl; want ip iproute2; \
	want node nodejs; want npm npm; \
	if [ "$$missing" ]; then \
	  echo "Installing with apt, as the tests play on real parts:$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi; \
	  $$sudo apt-get update -qq && \
	  $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing && \
	  { $$sudo service mosquitto stop >/dev/null 2>&1 || true; }; fi
	@$(PYTHON) tests/drivers/foreign/node_packages.py

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV): about half a minute, once."
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_STAMP): requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) with the test tools: about a minute, once."
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(RUN_STAMP)

LOCK := uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
  --extra simulation --extra browser --extra s7 --extra build --extra bundle pyproject.toml

lock: ## Pin the dependencies anew (needs uv); versions and hashes only, wherever they were found
	$(LOCK) --extra dev | sed '/^--/d' > requirements-dev.lock
	$(LOCK) --constraint requirements-dev.lock | sed '/^--/d' > requirements.lock

clean: ## Remove what was made
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
