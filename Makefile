# The two commands of a newcomer are `make run` and `make test`; both install first.
PYTHON ?= python3
BIN := .venv/bin

# pytest's own cache is one folder for three lanes: none needs it.
export PYTEST_ADDOPTS += -p no:cacheprovider

.PHONY: install run test test-rooms test-system test-postgresql lint bench bench-faults

install: .venv/.installed

.venv/.installed: requirements-dev.lock pyproject.toml
	@echo "正在安装，约一分钟……（installing, about a minute）"
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "需要 Python 3.11 以上")'
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: install
	$(BIN)/yuqing up --demo

# Three lanes side by side: the rooms, the whole system (mostly waiting for processes), and what
# touches tables once more, on PostgreSQL.
test: install
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=line test-rooms test-system test-postgresql

test-rooms: install
	$(BIN)/python -m pytest --ignore=tests/system

test-system: install
	$(BIN)/python -m pytest tests/system

test-postgresql: install
	YUQING_TEST_DATABASE=postgresql $(BIN)/python -m pytest

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install
	$(BIN)/python -m bench.judgement
	$(BIN)/python -m bench.events
	$(BIN)/python -m bench.pipeline
	$(BIN)/python -m bench.search
	$(BIN)/python -m bench.export

bench-faults: install
	$(BIN)/python -m bench.faults
	$(BIN)/python -m bench.faults --production --kills 60 --wipes 2 --articles 5000 --outage 600
