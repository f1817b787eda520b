"""An error of Postgres says its cause, and no data. And a pool survives a restart of the server."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from db.blame import Blame, blame
from db.connect import Database, PoolLimits
from lab.pooler import Pooler
from lab.proxy import serving, socket_of
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
