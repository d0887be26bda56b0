# Every command works on a fresh clone: it installs what it needs first. `make help` lists them.

# Without this, a module that is imported would be compiled again at every start.
unexport PYTHONDONTWRITEBYTECODE
# The CDK library tells the age of Node.js in large letters with every test that uses it.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20,21,23

new_enough := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell $(name) -c '$(new_enough)' >/dev/null 2>&1 && echo $(name))))
tool = $(or $(PYTHON),$(error Python 3.11 or newer was not found; install it or name it: make PYTHON=/path/to/python3)) -m infra.local
venv := .venv/bin/python
fast_tiers := tests/unit tests/functions tests/contract tests/property tests/chaos tests/infra
# A file stays in one process, and long ones are begun first: tests/conftest.py.
side_by_side := -n auto --dist loadfile --no-loadscope-reorder
# Unit tests that start no process and decode no picture: about fifteen seconds of processor time.
pure_tests := $(filter-out %/imaging %/local %/README.md %/__pycache__,$(wildcard tests/unit/*))

# A prompt is text: make shall not look for variables of its own in it.
ifneq ($(origin PROMPT),undefined)
override export PROMPT := $(value PROMPT)
endif

.DEFAULT_GOAL := help
.PHONY: help up trace logs down clean run install lint format unit test test-one test-fast test-e2e fuzz campaign bench clients coverage-requirements bootstrap diff deploy destroy

help: ## list the commands
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-32s %s\n", $$1, $$2 }'
	@echo
	@echo "  make run PROMPT='a red bicycle' MODEL=seedream-v4 SIZE=2048x2048 N=2"
	@echo "           also ASPECT_RATIO= RESOLUTION= FORMAT= REFERENCES=; MODEL and REFERENCES take lists;"
	@echo "           REFERENCES of addresses and files: REFERENCES='front.jpg back.png'"
	@echo "  Settings: EASEL_DIR (state folder), EASEL_PORT_BASE, EASEL_IAM=1, WAVESPEED_API_KEY; see infra/local/README.md"

run: ## up, then make pictures from the terminal and save them under .easel/out/
	@$(tool) run

up: ## start everything on this machine; quick when there is nothing to do
	@$(tool) up

trace: ## the timeline of a generation: make trace ID=019a9f1c-...
	@$(tool) trace

logs: ## what the functions logged about a generation or a request: make logs ID=...
	@$(tool) logs

down: ## stop what up started
	@$(tool) down

clean: ## down, and forget all state and pictures
	@$(tool) clean

install: ## make .venv and install all tools
	@$(tool) install

lint: install ## style, types and the one-way rule of imports
	$(venv) -m ruff check .
	$(venv) -m ruff format --check .
	$(venv) -m mypy
	PYTHONPATH=layers/easel/python .venv/bin/lint-imports

format: install ## rewrite sources in the one style
	$(venv) -m ruff check --fix .
	$(venv) -m ruff format .

unit: install ## the pure unit tests: seconds
	$(venv) -m pytest $(pure_tests) $(PYTEST_ARGS)

test-one: install ## one file or test: make test-one TEST=tests/unit/domain/test_credits.py
	$(venv) -m pytest '$(or $(TEST),$(error Name a file or a test: make test-one TEST=tests/unit/domain/test_credits.py))' $(PYTEST_ARGS)

test-fast: install ## every tier of tests that needs no deployed stack
	$(venv) -m pytest $(side_by_side) $(wildcard $(fast_tiers)) $(PYTEST_ARGS)

test-e2e: ## end-to-end tests on a stack of their own, with the emulator's IAM enforced
	@EASEL_IAM=$(or $(EASEL_IAM),1) $(tool) e2e

fuzz: ## requests made up from the OpenAPI document: make fuzz EXAMPLES=200
	@EASEL_IAM=$(or $(EASEL_IAM),1) EASEL_FUZZ_EXAMPLES=$(or $(EXAMPLES),100) PYTEST_ARGS='-k test_contract_fuzz' $(tool) e2e

campaign: install ## the tests of exactness at their full size, with new examples: about an hour
	EASEL_RACERS=1000 EASEL_EXPLORE=1 EASEL_PROPERTY_EXAMPLES=300 $(venv) -m pytest $(side_by_side) tests/chaos tests/property $(PYTEST_ARGS)

test: export EASEL_RECORD_TESTS := 1
test: install ## all that must be green: what CI runs
	@$(MAKE) --no-print-directory --jobs 2 lint test-fast
	@$(MAKE) --no-print-directory test-e2e

bench: install ## measure; needs no network
	@$(venv) -m tests.bench

clients: install ## clients of others, and those made of the OpenAPI document, at the stack that `make up` started
	@$(venv) -m tests.clients

coverage-requirements: install ## which requirements are proven by which tests
	@$(venv) -m tests.support.requirements_coverage

bootstrap: ## prepare an AWS account and region for the CDK, once
	@$(tool) bootstrap

diff: ## show what a deployment to AWS would change: make diff STAGE=dev
	@$(tool) diff

deploy: ## deploy to AWS: make deploy STAGE=dev
	@$(tool) deploy

destroy: ## remove a trial stage from AWS with all its data: make destroy STAGE=dev
	@$(tool) destroy
