# All commands of the project. Each does the set-up that is missing first.
PYTHON ?= python3
APP := .venv-app/bin/python
SET ?= tests/eval/*.jsonl
export PYTHONPATH := $(CURDIR)

.PHONY: run test eval search-eval explain bench plan plan-check plan-diff setup dev check clean faq-import faq-export faq-undo faq-history faq-check

run:                ## start everything in the foreground (PORT, RASA_PORT, ACTIONS_PORT)
	@$(PYTHON) -m ops.setup --run
	@$(APP) -m ops.serve

test: dev           ## the whole test suite
	$(APP) -m ruff check .
	$(APP) -m mypy
	$(APP) -m pytest

eval: setup         ## play conversations: make eval SET=file.jsonl [URL=http://…]
	@$(APP) -m evaluation.play $(if $(URL),--url $(URL)) $(SET)

search-eval: setup  ## how well the search finds: make search-eval DATA=folder (corpus.json, queries.json, qrels.json)
	@$(APP) -m evaluation.search_eval "$(DATA)"

explain: setup      ## why a question is answered as it is: make explain Q="…"
	@$(APP) -m evaluation.explain "$(Q)"

bench: dev          ## benchmarks, side by side: make bench [ONLY=name] [DATA=folder]
	@DATA="$(DATA)" $(APP) -m bench $(ONLY)

plan: setup         ## read another plan document: make plan FILE=path [ONLY=1]
	@$(APP) -m knowledge.build $(if $(ONLY),--only) "$(FILE)"

plan-check: setup   ## show what would be read of a plan document, and change nothing: make plan-check FILE=path
	@$(APP) -m knowledge.build --check "$(FILE)"

plan-diff: setup    ## what changed between editions: make plan-diff [OLD=path NEW=path]
	@$(APP) -m knowledge.diff $(if $(OLD),"$(OLD)" "$(NEW)")

# These work beside a running system: no set-up where there is one, since it would build everything anew.
READY = @test -x $(APP) -a -e "$${KEIKAKU_VAR:-var}/lexicon.json" || $(PYTHON) -m ops.setup

faq-import:         ## FAQ from Excel or CSV: make faq-import FILE=x.xlsx [APPLY=1] [SKIP=1] [REMOVE=1]
	$(READY)
	@$(APP) -m knowledge.faq_import "$(FILE)" $(if $(APPLY),--apply) $(if $(SKIP),--skip) $(if $(REMOVE),--remove)

faq-export:         ## FAQ to Excel or CSV: make faq-export FILE=x.xlsx
	$(READY)
	@$(APP) -m knowledge.faq_export "$(FILE)"

faq-undo:           ## take back the last change of the FAQ, or return to a version: make faq-undo [TO=3]
	$(READY)
	@$(APP) -m knowledge.faq_admin undo $(if $(TO),--to $(TO))

faq-history:        ## who changed the FAQ, when and what
	$(READY)
	@$(APP) -m knowledge.faq_admin history

faq-check:          ## which FAQ entries are live, and why others are not
	$(READY)
	@$(APP) -m knowledge.faq_admin check

setup:
	@$(PYTHON) -m ops.setup

dev:
	@$(PYTHON) -m ops.setup --dev

clean:              ## remove everything that was built
	rm -rf .venv-app .venv-bot var models data/faq/passages results
