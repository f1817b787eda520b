"""Demo and tests in a shell full of settings of a real portal: none of it is used, none of it is
harmed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import redis

from lab import embedded, keeper
from lab.surroundings import allowed
from settings import VARIABLES
from tests.databases import copy_of
from tests.installation import install, plain
from tests.processes import ROOT

SMALL = ("--contacts", "300", "--deals", "60", "--companies", "80", "--calls", "400")
FILL = """
create schema hubspot; create table hubspot.canary as select 'kept' as word;
create schema business; create table business.canary as select 'kept' as word;
create schema evil; create table evil.migrations as select 'evil' as name, 'evil' as checksum
"""
EVIL_MODULE = "import os; open(os.environ['CANARY_FILE'], 'a').write(__name__)\n"


@dataclass(frozen=True)
class Shell:
    """The settings of a shell of a person who works with a real portal, and the data that they lead
    to."""

    variables: dict[str, str]
    database_url: str
    server: redis.Redis
    touched: Path  # written when a module of PYTHONPATH is loaded

    def assert_untouched(self) -> None:
        with psycopg.connect(self.database_url) as conn:
            tables = conn.execute(
                "select schemaname, tablename from pg_tables "
                "where schemaname not in ('pg_catalog', 'information_schema') order by 1"
            ).fetchall()
            words = conn.execute("table hubspot.canary union all table business.canary").fetchall()
        assert tables == [("business", "canary"), ("evil", "migrations"), ("hubspot", "canary")]
        assert words == [("kept",), ("kept",)]
        assert self.server.keys() == [b"canary"]
        assert not self.touched.exists()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that is not pytest's own, to which each run of pytest gives back its
    permissions. As root PostgreSQL runs as another user, who reads its programs through a link in
    here."""
    with tempfile.TemporaryDirectory(dir=keeper.current()) as made:
        yield Path(made)


@pytest.fixture
def shell(servers: embedded.Servers, tmp_path: Path) -> Iterator[Shell]:
    """Give a shell whose every setting leads somewhere that must not be reached."""
    with (
        copy_of(servers.database_url) as database_url,
        embedded.valkey(tmp_path / "valkey") as (redis_url, _),
        redis.Redis.from_url(redis_url) as server,
    ):
        with psycopg.connect(database_url, autocommit=True) as conn:
            conn.execute(FILL)
        server.set("canary", "kept")
        reached = psycopg.conninfo.conninfo_to_dict(database_url)
        yield Shell(
            hostile(tmp_path)
            | {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
            | {"PGHOST": str(reached["host"]), "PGDATABASE": str(reached["dbname"])},
            database_url,
            server,
            tmp_path / "touched",
        )


def hostile(folder: Path) -> dict[str, str]:
    """Settings of all kinds, and modules that must not be loaded."""
    modules = folder / "modules"
    modules.mkdir()
    for name in ("sitecustomize", "requests", "click", "settings"):
        (modules / f"{name}.py").write_text(EVIL_MODULE)
    (folder / "elsewhere" / "tests").mkdir(parents=True)
    return {
        "DATABASE_SCHEMA": "evil", "HUBSPOT_ACCESS_TOKEN": "canary",
        "HUBSPOT_CLIENT_SECRET": "canary",
        "HUBSPOT_API_BASE_URL": "http://127.0.0.1:9", "HUBSPOT_API_VERSION": "v3",
        "HUBSPOT_RATE_LIMIT": "1",
        "PUBLIC_URL": "http://127.0.0.1:9", "CRON_SECRET": "canary", "ENCRYPTION_KEY": "canary",
        "LOG_LEVEL": "verbose", "HOST": "192.0.2.1", "PORT": "1", "WEB_CONCURRENCY": "none",
        "NIGHTLY_SHARE": "all", "PGOPTIONS": "-c search_path=evil", "PGSERVICE": "evil",
        "PGUSER": "evil",
        "PGPASSWORD": "canary", "PGSSLMODE": "verify-full", "PGTZ": "Asia/Kathmandu",
        "HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
        "TZ": "Asia/Kathmandu", "LC_ALL": "C", "LANG": "xx_XX", "PYTHONPATH": str(modules),
        "CANARY_FILE": str(folder / "touched"), "CDPATH": str(folder / "elsewhere"),
        "GUNICORN_CMD_ARGS": "--bind 192.0.2.1:1", "PIP_INDEX_URL": "http://127.0.0.1:9",
    }  # fmt: skip


@pytest.mark.whole_run
def test_the_demo_ends_with_an_equal_copy_and_reaches_nothing(shell: Shell, folder: Path) -> None:
    """Also where `.env` beside the code names the real servers; through a link, from another
    folder."""
    written = f"DATABASE_URL='{shell.database_url}'\nREDIS_URL={shell.variables['REDIS_URL']}\n"
    house = install(folder, written + "nonsense that nobody may read\n")
    (folder / "bin").mkdir()
    (folder / "bin" / "spoke").symlink_to(f"../{house.name}/spoke")
    done = subprocess.run(
        ["bin/spoke", "demo", "--once", *SMALL],
        cwd=folder,
        env=plain(**shell.variables),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The copy equals the portal." in done.stdout
    assert "event → row: p50" in done.stdout
    assert "canary" not in done.stdout + done.stderr
    assert "export DATABASE_URL='postgresql://postgres:@/postgres?host=/" in done.stdout
    shell.assert_untouched()


@pytest.mark.whole_run
def test_tests_reach_nothing(shell: Shell, folder: Path) -> None:
    """Tests with Postgres, Redis, the receiver and the simulator, some of them commands; with a
    `.env` that ends every process that reads it."""
    house = install(folder, "nonsense that nobody may read\n")
    chosen = [
        "tests/test_deliveries.py::test_an_empty_stream_has_nothing_to_read",
        "tests/workers/test_main_path.py::test_links_arrive_at_both_ends_and_leave_again",
    ]
    variables = {name: value for name, value in shell.variables.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *chosen, "tests/commands/test_history.py"],
        cwd=house,
        env=plain(**variables),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    shell.assert_untouched()


def test_make_passes_no_pythonpath_on(tmp_path: Path) -> None:
    (tmp_path / "show.mk").write_text('show:\n\t@echo "$$PYTHONPATH$$PYTHONHOME$$CDPATH|"\n')
    shown = subprocess.run(
        ["make", "-s", "-f", str(ROOT / "Makefile"), "-f", str(tmp_path / "show.mk"), "show"],
        env=plain(PYTHONPATH="a", PYTHONHOME="b", CDPATH="c"),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (shown.stdout, shown.stderr) == ("|\n", "")


def test_no_setting_is_allowed() -> None:
    shell = dict.fromkeys(
        (*VARIABLES, "PGHOST", "PGSERVICEFILE", "PYTHONPATH", "TZ", "https_proxy"), "canary"
    )
    assert "canary" not in allowed(shell).values()
    told = {
        "PATH": "/bin",
        "SPOKE_TEST_DATABASE_URL": "here",
        "XDG_RUNTIME_DIR": "/run",
        "TERM": "dumb",
    }
    assert allowed(shell | told).items() >= told.items()
