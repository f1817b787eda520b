# Each target sets up what it needs: Python 3.11 and make are enough.
unexport PYTHONPATH PYTHONHOME PYTHONSAFEPATH CDPATH
.DEFAULT_GOAL := help
.PHONY: help demo test test-demo test-pooled check secrets bench bench-links bench-sql bench-api bench-peers bench-scale bench-intelligence test-spark peers faults soak shape schema screenshots install \
	up images coverage hashes audit matrix document

help:            ## the list of targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo:            ## the whole of Spoke against a simulated portal
	./spoke demo

test: install    ## the tests, against real Postgres, Valkey and the simulator; three processes, each with servers of its own
	.venv/bin/python -m pytest -n 3 --dist worksteal

test-demo: install  ## demos and test runs as people start, break off and kill them, in shells full of variables; nothing may be left
	.venv/bin/python -m pytest -m whole_run -n 2 --dist load

test-pooled: install  ## the same through a transaction pooler: each transaction in another session, nothing prepared
	POOLED=1 .venv/bin/python -m pytest -n 3 --dist worksteal

SECRETS := xargs -0 -r -P 2 -n 300 .venv/bin/detect-secrets-hook --no-verify --baseline .secrets.baseline
check: install   ## lint, format, types, and no secret in what the last commit or you changed
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	git diff -z --name-only --diff-filter=d "$$(git rev-parse --quiet --verify HEAD^ || echo HEAD)" | $(SECRETS)

secrets: install ## no secret in any file; a minute; made-up words that are none stand in .secrets.baseline
	git ls-files -z | $(SECRETS)

bench: install   ## every headline figure beside its rival; fails when one misses its goal
	.venv/bin/python -m lab.benchmarks

bench-links: install  ## how often links are right, on made and on hand-written pairs, beside simpler joins
	.venv/bin/python -m lab.benchmarks.links

bench-sql: install  ## how long every metric and every page of a view takes, at two sizes; fails when one misses its goal
	.venv/bin/python -m lab.benchmarks.sql
	.venv/bin/python -m lab.benchmarks.sql --size 10

bench-api: install  ## how soon every read and page is answered while 20 users ask, at two sizes; fails when one misses its goal
	.venv/bin/python -m lab.benchmarks.api
	.venv/bin/python -m lab.benchmarks.api --size 10

bench-scale: install  ## what 4.85 million rows cost to make, load and add up, beside pyarrow, COPY and plain queries; SCALE=0.1 for a tenth
	.venv/bin/python -m lab.benchmarks.scale --scale $(SCALE)

bench-intelligence: install  ## how right scores and forecasts are, beside the truth of made-up markets; ONLY=forecast for one figure
	.venv/bin/python -m lab.benchmarks.intelligence $(if $(ONLY),--only $(ONLY))

test-spark: install  ## one SQL on Postgres, DuckDB and Spark, at a hundredth; 450 MB of packages in .peers, and Java 17 or 21
	.venv/bin/python -m lab.spark_check

peers: install   ## clients that others wrote for HubSpot read the simulated portal; fails where Spoke holds another value
	.venv/bin/python -m lab.peers

bench-peers: install  ## a whole load by Spoke, by HubSpot's own client in a loop and by singer's tap; 40 minutes; fails when one misses its goal
	.venv/bin/python -m lab.benchmarks.loaders
	.venv/bin/python -m lab.benchmarks.loaders --limit 190

faults: install  ## every fault of docs/reliability.md, in real processes; 40 minutes; fails when a criterion is missed
	.venv/bin/python -m lab.faults

soak: install    ## new random lives for SOAK_MINUTES=30, or those of SOAK_SEED; says how to repeat what fails, fails when memory, descriptors or connections grow
	.venv/bin/python -m tests.soak

document: install  ## every route of the API asked fifty times as its document allows, and fifty times otherwise
	SCHEMATHESIS_EXAMPLES=50 .venv/bin/python -m pytest tests/api/test_document.py -q

shape: install   ## how dense the code is, beside the last commit's
	.venv/bin/python -m lab.shape

schema: install  ## today's schema in one file, db/schema.sql; a test holds it true
	.venv/bin/python -m lab.schema_file

screenshots: install  ## every page, dark and light, 1440 and 375 px wide, into docs/screens/
	.venv/bin/python -m lab.screenshots

coverage: install  ## which operations of HubSpot's Python client the simulator answers, into docs/simulator.md
	.venv/bin/python -m lab.simulator_coverage

ENV ?= development
SCALE ?= 1
up:              ## all of it in containers; ENV=staging and ENV=production have ports and volumes of their own
	docker compose --env-file deploy/$(ENV).env up --build --detach

images: install  ## every image, built, measured, and started on a file system that cannot be written
	.venv/bin/python -m lab.images

hashes: install  ## the hash of every file of every package, after a version of constraints.txt changed
	.venv/bin/python -m lab.packages hashes

audit: install   ## known faults of every package; says so where the index cannot be asked
	.venv/bin/python -m lab.packages audit

matrix:          ## the main parts of the tests on each Python from 3.11 that is here; says which are missing
	python3 -m lab.matrix

install:
	@./spoke --install-dev
