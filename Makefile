# Seedstorm: every target makes .venv first and needs only Python 3.11+, pip and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
JOBS   ?= auto
SEEDS  ?= 20000

.PHONY: demo test lint bench soak notebooks schema clean

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $@

demo: $(VENV)/.ready  ## a five-node Raft store in a storm, then a planted bug that is caught
	$(BIN)/sim run scenarios/raft/partition.yaml
	@echo
	@echo "And now a follower that forgets its vote when it restarts (a planted bug; the scenario expects it to be found):"
	$(BIN)/sim run scenarios/known_bugs/forgets-vote.yaml

test: lint  ## everything that a change must pass
	$(BIN)/python -m pytest -n $(JOBS) -q

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.ready  ## ratios inside one run; see benchmarks/README.md
	$(BIN)/python -m benchmarks

soak: $(VENV)/.ready  ## long campaigns, hours: false alarms (goes on where it was stopped), bugs found, checkers; see benchmarks/README.md
	$(BIN)/python -m benchmarks.soak --seeds $(SEEDS)
	$(BIN)/sim mutants --plain
	$(BIN)/python -m benchmarks.oracle

notebooks: $(VENV)/.ready  ## run every notebook and write its figures anew
	$(BIN)/python -m notebooks

schema: $(VENV)/.ready
	$(BIN)/sim schema > scenarios/schema.json
	$(BIN)/sim schema --output > docs/output.schema.json

clean:
	rm -rf $(VENV) runs dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
