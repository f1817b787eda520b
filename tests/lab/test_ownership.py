"""Servers that SPOKE_TEST_DATABASE_URL and SPOKE_TEST_REDIS_URL name: only databases of ours are
filled or emptied."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import redis
from psutil import Process

from db import dbt_schema
from lab import embedded, ownership
from lab.ownership import MARK, NotOurs
from tests.databases import at, copy_of, name_of
from tests.installation import plain
from tests.processes import ROOT
from tests.test_ends import SOON, read_until, started

PASSWORD = "canary-password"  # the server trusts everybody on its socket
SMALL = ("--contacts", "30", "--deals", "6", "--companies", "8", "--calls", "10")


@dataclass(frozen=True)
class Named:
    """A user's database and Redis, named by the variables."""

    variables: dict[str, str]
    conn: psycopg.Connection
    server: redis.Redis

    def schemas(self) -> list[str]:
        query = (
            "select nspname from pg_namespace where nspname !~ '^pg_|^information_schema$'"
            " order by 1"
        )
        return [row[0] for row in self.conn.execute(query).fetchall()]


@pytest.fixture(scope="module")
def users_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with embedded.valkey(tmp_path_factory.mktemp("valkey")) as (redis_url, _):
        yield redis_url


@pytest.fixture
def named(
    servers: embedded.Servers, users_redis: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Named]:
    redis_url = users_redis
    with (
        copy_of(servers.database_url) as url,
        redis.Redis.from_url(redis_url) as server,
        psycopg.connect(url, autocommit=True) as conn,
    ):
        secret = psycopg.conninfo.make_conninfo(url, password=PASSWORD)
        variables = {ownership.DATABASE: secret, ownership.REDIS: redis_url}
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        conn.execute("drop schema public")
        server.flushall()
        yield Named(variables, conn, server)


@pytest.mark.parametrize("schema", ownership.SCHEMAS)
@pytest.mark.parametrize("beside", [False, True])
def test_a_filled_schema_is_refused(
    named: Named, tmp_path: Path, schema: str, beside: bool
) -> None:
    named.conn.execute(f"create schema {schema}; create table {schema}.canary as select 1 as kept")
    with pytest.raises(NotOurs) as raised, embedded.servers(tmp_path, beside):
        pass
    assert str(raised.value).startswith(
        f"SPOKE_TEST_DATABASE_URL: the schema {schema} holds 1 things that demo and tests did not "
        "make; nothing was touched. Name an empty one of your own, or unset the variable"
    )
    assert "\n" not in str(raised.value)
    assert named.schemas() == [schema]
    assert named.conn.execute(f"table {schema}.canary").fetchall() == [(1,)]


def test_a_function_alone_fills_a_schema(named: Named, tmp_path: Path) -> None:
    named.conn.execute(
        "create schema business; create function business.f() returns int language sql return 1"
    )
    with pytest.raises(NotOurs, match="business holds 1 things"), embedded.servers(tmp_path):
        pass


def test_what_a_killed_run_left_is_made_again_and_all_is_gone_at_the_end(
    named: Named, tmp_path: Path
) -> None:
    named.conn.execute("create schema hubspot; create table hubspot.left_over as select 1 as n")
    named.conn.execute(f"""comment on schema hubspot is '{MARK.replace("'", "''")}'""")
    with embedded.servers(tmp_path) as running:
        assert running.database_url == named.variables[ownership.DATABASE]
        assert named.schemas() == ["business", "hubspot"]
        with psycopg.connect(running.database_url, autocommit=True) as conn:
            assert conn.execute("select to_regclass('hubspot.left_over')").fetchone() == (None,)
            conn.execute(
                "create table hubspot.mine as select 1 as n; create table business.mine as select "
                "1 as n; create schema hubspot_dbt;"
                "create view hubspot_dbt.hubspot__mine as table hubspot.mine;"
                f"comment on schema hubspot_dbt is '{dbt_schema.mark('hubspot')}'"
            )
    assert named.schemas() == []


def test_a_failure_leaves_nothing_either(named: Named, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), embedded.servers(tmp_path):
        raise ZeroDivisionError
    assert (named.schemas(), named.server.dbsize()) == ([], 0)


def test_empty_schemas_and_the_search_path_are_there_again(named: Named, tmp_path: Path) -> None:
    """`spoke migrate` changes the path of the role in this database."""
    database = named.conn.info.dbname
    named.conn.execute("create schema business")
    named.conn.execute(
        f'alter role current_user in database {database} set search_path = mine, "Theirs"'
    )
    with embedded.servers(tmp_path):
        named.conn.execute(
            f"alter role current_user in database {database} set search_path = hubspot"
        )
    assert named.schemas() == ["business"]
    with psycopg.connect(named.conn.info.dsn) as conn:
        assert conn.execute("show search_path").fetchone() == ('mine, "Theirs"',)
    named.conn.execute(f"alter role current_user in database {database} reset search_path")
    with embedded.servers(tmp_path):
        named.conn.execute(
            f"alter role current_user in database {database} set search_path = hubspot"
        )
    with psycopg.connect(named.conn.info.dsn) as conn:
        assert conn.execute("show search_path").fetchone() == ('"$user", public',)


def test_two_runs_at_once_do_not_share_a_database(named: Named, tmp_path: Path) -> None:
    with (
        embedded.database(tmp_path),
        pytest.raises(NotOurs, match="another run is using this database"),
        embedded.database(tmp_path),
    ):
        pass


def test_beside_a_database_nothing_is_made_in_it(named: Named, tmp_path: Path) -> None:
    with embedded.servers(tmp_path, beside=True):
        assert named.schemas() == []


def test_a_redis_with_keys_is_refused(named: Named, tmp_path: Path) -> None:
    named.server.set("canary", "kept")
    with pytest.raises(NotOurs) as raised, embedded.servers(tmp_path):
        pass
    assert (
        "SPOKE_TEST_REDIS_URL: this database holds 1 keys that demo and tests did not make"
        in str(raised.value)
    )
    assert named.server.keys() == [b"canary"]
    assert named.schemas() == []


def test_a_redis_that_a_killed_run_left_is_emptied_before_and_after(
    named: Named, tmp_path: Path
) -> None:
    named.server.mset({ownership.KEY: MARK, "left": "over"})
    with embedded.servers(tmp_path):
        assert named.server.keys() == [ownership.KEY.encode()]
        named.server.set("mine", 1)
        ownership.flush(named.server)
        assert named.server.keys() == [ownership.KEY.encode()]
    assert named.server.keys() == []


def test_each_test_process_has_a_redis_database_of_its_own(named: Named, tmp_path: Path) -> None:
    named.server.set("canary", "kept")
    with embedded.servers(tmp_path, place=2) as running:
        assert running.redis_url.endswith("/2")
    assert named.server.keys() == [b"canary"]


def test_a_database_that_no_test_made_is_not_dropped(named: Named) -> None:
    with psycopg.connect(at(named.conn.info.dsn, "postgres"), autocommit=True) as conn:
        name = f"{name_of(named.conn.info.dsn)}_theirs"
        conn.execute(f"create database {name}")
        try:
            with pytest.raises(
                NotOurs, match=f"there is a database {name} that tests did not make"
            ):
                ownership.database_for_a_test(conn, name, "template1")
        finally:
            conn.execute(f"drop database {name}")


def test_databases_of_killed_test_runs_are_dropped_those_of_living_ones_stay(
    named: Named, tmp_path: Path
) -> None:
    names = [f"spoke_test_{run}_1" for run in ("0000dead", "00000bad", "0000face")]
    with psycopg.connect(named.conn.info.dsn, autocommit=True) as conn, ExitStack() as after:
        for name in names:
            ownership.database_for_a_test(conn, name, "template1")
            after.callback(ownership.drop_database, named.conn, name)
        named.conn.execute("comment on database spoke_test_00000bad_1 is 'of another program'")
        after.callback(named.conn.execute, "drop database spoke_test_00000bad_1")
        named.conn.execute("select pg_advisory_lock(x'face'::int)")
        with embedded.database(tmp_path, beside=True):
            found = conn.execute(
                "select datname from pg_database where datname = any(%s)", [names]
            ).fetchall()
            assert sorted(found) == [("spoke_test_00000bad_1",), ("spoke_test_0000face_1",)]


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        (
            ownership.DATABASE,
            "postgresql://me:canary-password@127.0.0.1:9/x",
            "cannot be used (OperationalError)",
        ),
        (
            ownership.DATABASE,
            "postgresql://me:canary-password@[/x",
            "cannot be used (ProgrammingError)",
        ),
        (
            ownership.REDIS,
            "redis://:canary-password@127.0.0.1:9/0",
            "cannot be used (ConnectionError)",
        ),
        (ownership.REDIS, "canary-password", "cannot be read: redis://host:port/number is needed"),
        (
            ownership.REDIS,
            "redis://:canary-password@127.0.0.1/x",
            "cannot be read: redis://host:port/number",
        ),
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(
    named: Named,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    said: str,
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(NotOurs) as raised, embedded.servers(tmp_path):
        pass
    assert str(raised.value).startswith(variable)
    assert said in str(raised.value)
    assert "canary" not in str(raised.value)


def demo(named: Named) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["./spoke", "demo", "--once", *SMALL],
        cwd=ROOT,
        env=plain(**named.variables),
        capture_output=True,
        text=True,
        timeout=240,
    )


@pytest.mark.whole_run
def test_a_demo_on_named_servers_says_which_process_has_died_and_leaves_them_empty(
    named: Named,
) -> None:
    """And shows no password."""
    with started("./spoke", "demo", *SMALL, "--port", "0", **named.variables) as demo:
        said = read_until(demo, "Ctrl-C stops everything")
        command_lines = {child.pid: child.cmdline() for child in Process(demo.pid).children()}
        [clock] = [pid for pid, words in command_lines.items() if "workers.clock" in words]
        os.kill(clock, signal.SIGKILL)
        said += read_until(demo, "has died")
        assert said.splitlines()[-1] == "clock has died (SIGKILL). Its last words:"
        assert demo.stdout is not None
        said += demo.stdout.read()
        assert demo.wait(SOON) == 2
    assert "\"$SPOKE_TEST_DATABASE_URL\" -c 'select * from sync_status'" in said
    assert 'export DATABASE_URL="$SPOKE_TEST_DATABASE_URL"' in said
    assert PASSWORD not in said
    assert named.schemas() == ["extensions"]
    assert named.server.keys() == []


def test_the_demo_says_in_one_line_why_it_does_not_begin(named: Named) -> None:
    named.server.set("canary", "kept")
    done = demo(named)
    assert done.returncode == 2
    assert done.stdout.splitlines()[1:] == [
        "SPOKE_TEST_REDIS_URL: this database holds 1 keys that demo and tests did not make; "
        "nothing was touched. Name an empty one of your own, or unset the variable: then servers "
        "are started for the run. The number at the end of the address chooses it."
    ]
    assert done.stderr == ""
    assert named.schemas() == []


@pytest.mark.parametrize("more", [(), ("-n", "2")], ids=["alone", "side by side"])
def test_tests_say_why_they_do_not_begin(named: Named, more: tuple[str, ...]) -> None:
    """Of two test processes the second one has the second database."""
    place = 1 if more else 0
    with redis.Redis.from_url(
        f"{named.variables[ownership.REDIS].removesuffix('/0')}/{place}"
    ) as server:
        server.set("canary", "kept")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/test_deliveries.py", *more],
        cwd=ROOT,
        env=plain(**named.variables),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: SPOKE_TEST_REDIS_URL: this database holds 1 keys that" in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
    with redis.Redis.from_url(
        f"{named.variables[ownership.REDIS].removesuffix('/0')}/{place}"
    ) as server:
        assert server.keys() == [b"canary"]


def test_tests_run_on_named_servers(named: Named) -> None:
    chosen = [
        "tests/test_deliveries.py::test_an_empty_stream_has_nothing_to_read",
        "tests/db/test_events.py::test_events_of_before_there_were_months_are_kept",
    ]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *chosen],
        cwd=ROOT,
        env=plain(**named.variables),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (named.schemas(), named.server.keys()) == ([], [])
