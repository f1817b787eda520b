"""Real servers for every test: one Postgres and one Valkey for the whole run, a fresh database for
each test."""

from __future__ import annotations

import gc
import os
import shutil
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import redis

from db.connect import Database
from db.migrate import migrate
from lab import embedded, ownership
from lab.keeper import kept_folder
from lab.pooler import Pooler
from lab.proxy import serving, socket_of
from lab.surroundings import leave_shell
from settings import WEBHOOK_PATH
from tests import processes
from tests.databases import WORKER, at, copy_of, name_of
from tests.lending import Copy, Library

leave_shell()  # before anything asks what is set: no test may depend on it, or reach what it names

# A shell gives commands that it starts in the background an ignored SIGINT, and so do CI systems.
# Tests and the processes they start are to hear Ctrl-C all the same.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """End with one line where a named server is not for tests; before test processes are
    started."""
    if not hasattr(config, "workerinput"):
        try:
            ownership.look(getattr(config.option, "numprocesses", None) or 1)
        except ownership.NotOurs as error:
            raise pytest.UsageError(str(error)) from error


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say last, and loudly, what could not be tested on this machine."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = {str(each.longrepr[2]) for each in skipped if isinstance(each.longrepr, tuple)}
    for reason in sorted(each for each in reasons if "NOT TESTED" in each):
        terminalreporter.write_sep("!", reason.removeprefix("Skipped: "), red=True, bold=True)


# What takes longest, by folder or file, in seconds. Each begins first, and stays with one process:
# what a file sets up is set up once, and none is left over at the end beside idle processes.
SLOWEST = {
    "browser": 75,
    "test_stopping.py": 60,
    "soak": 25,
    "test_shared_allowance.py": 14,
    "test_faults.py": 7,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal the slowest tests out to the heads of the parts that the test processes begin with, each
    to the one that has least to do."""
    heads: list[list[pytest.Item]] = [
        [] for _ in range(int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1)))
    ]
    seconds = [0] * len(heads)
    for name, takes in SLOWEST.items():
        least = seconds.index(min(seconds))
        heads[least] += [item for item in items if name in item.path.parts]
        seconds[least] += takes
    slow = {id(item) for head in heads for item in head}
    others = [item for item in items if id(item) not in slow]
    size = -(-len(others) // len(heads))
    parts = (head + others[n * size : (n + 1) * size] for n, head in enumerate(heads))
    items[:] = [item for part in parts for item in part]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Search for no garbage among tests: none is any, and one walk over 8,000 takes half a
    second."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def kept() -> Iterator[Path]:
    """Give a folder that ends with this test process, and every process that was started
    meanwhile."""
    with kept_folder(_in_memory()) as folder:
        yield folder


@pytest.fixture(scope="session")
def generated(kept: Path) -> Path:
    """Give the seven entities at a hundredth of their size, as files: made in 0.2 s."""
    from lab.scale.files import Order, write  # only these tests need numpy and pyarrow

    folder = kept / "generated"
    write(Order(48_500, 42), folder, lambda name, done, total: None)
    return folder


@pytest.fixture(scope="session")
def direct_servers(kept: Path) -> Iterator[embedded.Servers]:
    """Give servers of our own, or named ones; on named ones only databases of our own, made for the
    run."""
    with embedded.servers(kept, beside=True, place=int(WORKER[2:])) as running:
        _hasten(running)
        yield running


def _hasten(running: embedded.Servers) -> None:
    """Leave out what only a power failure would show, and what would run between tests."""
    if running.postgres_pid:
        with psycopg.connect(running.database_url, autocommit=True) as conn:
            for setting in ("fsync", "full_page_writes", "autovacuum"):
                conn.execute(f"alter system set {setting} = off".encode())
            conn.execute("select pg_reload_conf()")


@pytest.fixture(scope="session")
def servers(direct_servers: embedded.Servers) -> Iterator[embedded.Servers]:
    """Put a transaction pooler before Postgres for every test, with POOLED=1 (`make
    test-pooled`)."""
    if not os.environ.get("POOLED"):
        yield direct_servers
        return
    pooler = Pooler(socket_of(direct_servers.database_url), size=20)
    with serving(pooler.serve, direct_servers.database_url) as address:
        yield replace(direct_servers, database_url=address)


@pytest.fixture(scope="session")
def directly(direct_servers: embedded.Servers, servers: embedded.Servers) -> Callable[[str], str]:
    """Give the address of the same database with no pooler before it: some things only a session
    that begins now can show."""
    pooled = direct_servers.database_url != servers.database_url
    return lambda url: at(direct_servers.database_url, name_of(url)) if pooled else url


@pytest.fixture(scope="session")
def template(servers: embedded.Servers) -> Iterator[str]:
    """Give a migrated database, copied for each test: 50 ms instead of a migration."""
    with copy_of(servers.database_url) as url:
        with Database(url) as database:
            migrate(database)
        yield name_of(url)


@pytest.fixture
def empty_database_url(servers: embedded.Servers) -> Iterator[str]:
    """Give a database without our schema."""
    with copy_of(servers.database_url) as url:
        yield url


@pytest.fixture(scope="session")
def library(servers: embedded.Servers) -> Iterator[Library]:
    """Give the databases that are lent; each test has a copy of its own on a server that is not
    ours, and behind a pooler."""
    is_direct = bool(servers.postgres_pid) and not os.environ.get("POOLED")
    with closing(Library(servers.database_url, lends=is_direct)) as databases:
        yield databases


@pytest.fixture
def lent(library: Library, template: str) -> Iterator[Copy]:
    """Give a migrated, empty database that no other test has meanwhile."""
    with library.lend(template) as copy:
        yield copy


@pytest.fixture
def database_url(lent: Copy) -> str:
    return lent.url


@pytest.fixture
def database(lent: Copy) -> Database:
    """Give a migrated, empty database, with connections that stay open for later tests."""
    return lent.database()


@pytest.fixture(scope="session")
def _redis(servers: embedded.Servers) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(servers.redis_url) as client:
        yield client


@pytest.fixture
def redis_client(_redis: redis.Redis) -> Iterator[redis.Redis]:
    """Give a client of a Redis database that is empty before and after."""
    ownership.flush(_redis)
    yield _redis
    ownership.flush(_redis)


@pytest.fixture
def redis_url(redis_client: redis.Redis, servers: embedded.Servers) -> str:
    return servers.redis_url


@pytest.fixture
def small_redis(tmp_path: Path) -> Iterator[redis.Redis]:
    """Give a Valkey of this test's own, whose memory may be limited: a limit holds for all
    databases of a server."""
    with embedded.valkey(tmp_path / "valkey") as (url, _), redis.Redis.from_url(url) as client:
        yield client


@pytest.fixture
def full_redis(small_redis: redis.Redis) -> redis.Redis:
    """Give a Redis that stays full, even when keys are taken out of it."""
    small_redis.config_set("maxmemory", 1)
    return small_redis


@pytest.fixture(scope="session")
def web(
    servers: embedded.Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[processes.Web]:
    """Give the receiver under gunicorn, in two processes."""
    log = tmp_path_factory.mktemp("web") / "log"
    with processes.web(servers.redis_url, log, "--workers", "2") as running:
        yield running


@pytest.fixture(scope="session")
def shared_simulator(web: processes.Web) -> Iterator[processes.Simulator]:
    """Give a small simulated HubSpot of two portals that delivers to `web`."""
    target = web.url + WEBHOOK_PATH
    with processes.simulator(target, contacts=40, companies=12, deals=15, calls=30) as running:
        running.control("settings", search_limit=0)
        running.control("keep")
        yield running


@pytest.fixture(scope="session")
def simulator_with_custom_objects(web: processes.Web) -> Iterator[processes.Simulator]:
    """Give two portals with custom types of the same names, one of them the name of a type that is
    built in."""
    custom = {"tyres": 4, "cars": 6, "deal": 3}
    with processes.simulator(
        web.url + WEBHOOK_PATH, custom, contacts=12, companies=4, deals=4, calls=2
    ) as running:
        running.control("settings", search_limit=0)
        running.control("keep")
        yield running


@pytest.fixture
def simulator(shared_simulator: processes.Simulator) -> Iterator[processes.Simulator]:
    """Give the simulated HubSpot as it was started: what a test changes ends with the test."""
    yield shared_simulator
    shared_simulator.put_back()


def _in_memory() -> Path | None:
    """Answer a folder in memory where there is room: a database for a test is made in 30 ms instead
    of 220."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > 4 * 2**30 else None
