"""An error of Postgres says its cause, and no data. And a pool survives a restart of the server."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from db.blame import Blame, blame
from db.connect import Database, PoolLimits
from lab.pooler import Pooler
from lab.proxy import serving, socket_of
from operations import mistakes
from settings import Settings
from tests.databases import at, name_of
from tests.processes import wait_for


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("insert into person values ('Canaria', 0)",
            ('new row for relation "person" violates ' 'check ' 'constraint "adult"')),
        ("insert into person values ('Canaria', 2), ('Canaria', 3)",
            ('duplicate key value violates ' 'unique constraint')),
        ("select 'Canaria'::int", "invalid input syntax for type integer"),
        ("select * from nowhere", 'relation "nowhere" does not exist'),
    ],
)  # fmt: skip
def test_an_error_names_its_cause_and_quotes_no_value(
    database: Database, statement: str, said: str
) -> None:
    with pytest.raises(psycopg.Error) as raised, database.transaction() as conn:
        conn.execute(
            "create temporary table person (name text unique, age int constraint adult check (age "
            "> 0))"
        )
        conn.execute(statement.encode())
    assert str(raised.value).startswith(said) and "Canaria" not in str(raised.value)


def test_settings_that_a_role_has_for_itself_do_not_reach_us(
    database_url: str, directly: Callable[[str], str]
) -> None:
    theirs = {
        "datestyle": "German,DMY", "intervalstyle": "sql_standard", "bytea_output": "escape",
        "client_encoding": "LATIN1", "standard_conforming_strings": "off", "array_nulls": "off",
        "transform_null_equals": "on", "extra_float_digits": "0", "row_security": "off",
        "timezone": "Asia/Tokyo", "default_transaction_isolation": "serializable",
    }  # fmt: skip
    options = " ".join(f"-c {name}={value}" for name, value in theirs.items())
    day = datetime(2026, 2, 1, 12, tzinfo=UTC)
    asked = {"day": day, "name": "שלום", "raw": b"\\\xff", "time": timedelta(days=1, hours=2)}
    with (
        Database(make_conninfo(directly(database_url), options=options)) as database,
        database.transaction() as conn,
    ):
        row = conn.execute(
            "select %(day)s::timestamptz as day, %(name)s::text as name, %(raw)s::bytea as raw, "
            "%(time)s::interval as time",
            asked,
        ).fetchone()
        shown = conn.execute(
            r"select '02/03/2026'::date::text as day, '\n' as kept,"
            " (null = null) is null as unknown,"
            " 0.1::float8 + 0.2 as sum, '{null}'::text[] as nulls,"
            " current_setting('transaction_isolation') as isolation,"
            " current_setting('row_security') as guarded"
        ).fetchone()
    assert row == asked
    assert shown == {
        "day": "2026-02-03", "kept": r"\n", "unknown": True, "sum": 0.1 + 0.2, "nulls": [None],
        "isolation": "read committed", "guarded": "on",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://me:hidden@127.0.0.1:1/x?foo=1", "Correct what stands behind ?"),
        ("postgresql://me:hidden@127.0.0.1:1/x?sslmode=all", "Correct what stands behind ?"),
        ("postgresql://me:hidden@no.such.host.invalid/x", "Correct the host in DATABASE_URL"),
        ("postgresql://me:hidden@127.0.0.1:1/x", "Start it, or correct DATABASE_URL"),
    ],
)
def test_a_wrong_address_is_told_in_a_line_with_a_cure(url: str, said: str) -> None:
    with (
        Database(url) as database,
        pytest.raises(psycopg.OperationalError) as raised,
        database.transaction(),
    ):
        pass
    told = mistakes.cure(raised.value, Settings(database_url=url))
    assert said in told and "\n" not in told and "hidden" not in told
    assert "Is the server running" not in told and "driver" not in told


def test_variables_of_the_shell_that_the_driver_reads_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGSSLMODE", "require")
    monkeypatch.setenv("PGSERVICE", "elsewhere")
    with Database("postgresql://me:hidden@127.0.0.1:1/x") as database:
        with pytest.raises(psycopg.OperationalError) as raised, database.transaction():
            pass
        told = mistakes.cure(raised.value, Settings(database_url=database.url))
    assert told.endswith(
        "Unset PGSERVICE (the driver also reads PGSERVICE, PGSSLMODE of this shell)"
    )


def test_a_server_that_is_away_is_still_named() -> None:
    with (
        Database(
            "postgresql:///nowhere?host=/nonexistent", limits=PoolLimits(wait_seconds=1)
        ) as database,
        pytest.raises(psycopg.OperationalError, match="couldn't get a connection"),
        database.transaction(),
    ):
        pass


def test_a_pool_whose_idle_connections_were_all_closed_serves_the_next_caller(
    database_url: str, directly: Callable[[str], str]
) -> None:
    """As after a restart of the server. One by one they would cost 0, 1, 2 and 4 seconds."""
    database_url = directly(database_url)  # a pooler gives all its clients the same process id
    with Database(database_url, limits=PoolLimits(connections=4, wait_seconds=5)) as database:
        with ExitStack() as opened:
            used = [opened.enter_context(database.transaction()) for _ in range(4)]
            pids = [conn.info.backend_pid for conn in used]
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("select pg_terminate_backend(pid) from unnest(%s::int[]) as pid", [pids])
        with database.transaction() as conn:
            assert conn.info.backend_pid not in pids


def test_the_first_caller_after_an_outage_is_served(
    database_url: str, directly: Callable[[str], str], tmp_path: Path
) -> None:
    """Left to itself the pool would try at 0, 1, 3 and 7 s, and after minutes wait for minutes."""
    url = directly(database_url)
    address = make_conninfo(url, host=str(tmp_path / "away"))
    with Database(address, limits=PoolLimits(wait_seconds=0.5)) as database:
        ends = time.monotonic() + 3.2
        while time.monotonic() < ends:
            with pytest.raises(psycopg.OperationalError), database.transaction():
                pass
        (tmp_path / "away").symlink_to(str(conninfo_to_dict(url)["host"]))
        began = time.monotonic()
        wait_for(lambda: _answers(database))
        assert time.monotonic() - began < 3


def _answers(database: Database) -> bool:
    with suppress(psycopg.OperationalError), database.transaction() as conn:
        return conn.execute("select 1").fetchone() is not None
    return False


def test_a_connection_lost_before_commit_passes_behind_a_pooler_too(
    database_url: str, directly: Callable[[str], str]
) -> None:
    """It tells of it twice, which psycopg takes for an error of its own."""
    direct = directly(database_url)
    others = (
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        " where datname = current_database()"
    )
    with (
        serving(Pooler(socket_of(direct)).serve, direct) as server,
        Database(at(server, name_of(direct))) as database,
        psycopg.connect(direct, autocommit=True) as other,
    ):
        with pytest.raises(psycopg.OperationalError) as raised, database.transaction() as conn:
            conn.execute("select")
            other.execute(f"{others} and pid <> pg_backend_pid()".encode())
        assert blame(raised.value) is Blame.NOBODY
        with database.transaction() as conn:
            assert conn.execute("select 1 as n").fetchone() == {"n": 1}
