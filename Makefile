# Each target sets up what it needs: Python 3.11 and make are enough.
unexport PYTHONPATH PYTHONHOME PYTHONSAFEPATH CDPATH
.PHONY: demo test test-pooled check bench bench-links bench-sql faults soak shape install

demo:            ## the whole of Spoke against a simulated portal
	./spoke demo

test: install    ## every test, against real Postgres, Valkey and the simulator; three processes, each with servers of its own
	.venv/bin/python -m pytest -n 3 --dist worksteal

test-pooled: install  ## the same through a transaction pooler: each transaction in another session, nothing prepared
	POOLED=1 .venv/bin/python -m pytest -n 3 --dist worksteal

check: install   ## lint, format and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

bench: install   ## every headline figure beside its rival; fails when one misses its goal
	.venv/bin/python -m lab.benchmarks

bench-links: install  ## how often links are right, on made and on hand-written pairs, beside simpler joins
	.venv/bin/python -m lab.benchmarks.links

bench-sql: install  ## how long every metric and every page of a view takes, at two sizes; fails when one misses its goal
	.venv/bin/python -m lab.benchmarks.sql
	.venv/bin/python -m lab.benchmarks.sql --size 10

faults: install  ## every fault of docs/reliability.md, in real processes; 40 minutes; fails when a criterion is missed
	.venv/bin/python -m lab.faults

soak: install    ## new random lives for SOAK_MINUTES=30, or those of SOAK_SEED; says how to repeat what fails
	.venv/bin/python -m tests.soak

shape: install   ## how dense the code is, beside the last commit's
	.venv/bin/python -m lab.shape

install:
	@./spoke --install-dev
