# All commands of the project. Each does the set-up that is missing first.
PYTHON ?= python3
APP := .venv-app/bin/python
SET ?= tests/eval/*.jsonl
export PYTHONPATH := $(CURDIR)

.PHONY: run test eval explain bench plan plan-check plan-diff setup dev check clean

run:                ## start everything in the foreground (PORT, RASA_PORT, ACTIONS_PORT)
	@$(PYTHON) -m ops.setup --run
	@$(APP) -m ops.serve

test: dev           ## the whole test suite
	$(APP) -m ruff check .
	$(APP) -m mypy
	$(APP) -m pytest

eval: setup         ## play conversations: make eval SET=file.jsonl [URL=http://…]
	@$(APP) -m evaluation.play $(if $(URL),--url $(URL)) $(SET)

explain: setup      ## why a question is answered as it is: make explain Q="…"
	@$(APP) -m evaluation.explain "$(Q)"

bench: dev          ## benchmarks, side by side
	@$(APP) -m bench

plan: setup         ## read another plan document: make plan FILE=path [ONLY=1]
	@$(APP) -m knowledge.build $(if $(ONLY),--only) "$(FILE)"

plan-check: setup   ## show what would be read of a plan document, and change nothing: make plan-check FILE=path
	@$(APP) -m knowledge.build --check "$(FILE)"

plan-diff: setup    ## what changed between editions: make plan-diff [OLD=path NEW=path]
	@$(APP) -m knowledge.diff $(if $(OLD),"$(OLD)" "$(NEW)")

setup:
	@$(PYTHON) -m ops.setup

dev:
	@$(PYTHON) -m ops.setup --dev

clean:              ## remove everything that was built
	rm -rf .venv-app .venv-bot var models data/faq/passages results
