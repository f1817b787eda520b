"""Databases that are lent to one test after the other, and put back between them as they were.

A copy of a template costs 30 ms of CPU, and each new connection to it some more: it reads the
catalog again. A database that was lent is put back in 5 ms, and its connections stay open. Rows
that a test wrote are deleted, and the template's rows are written again where it changed some.
It is dropped after a test that changed the schema, took statistics, or left a transaction or a
temporary table open. What a session was set to stays with it: tests set for a transaction only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg

from db.connect import Database
from tests.databases import copy_of

USES = 40  # then it is dropped, with all the dead rows in it
AT_ONCE = 3  # databases kept, each of another template
SESSIONS = 12  # more than a pool has: some test left its own open

# Every change of the schema is counted, but for temporary tables. The counter is among the system's
# own things, where no test looks for strangers.
_COUNTER = """
set allow_system_table_mods = on;
create sequence pg_catalog.spoke_test_changes;
create function pg_catalog.spoke_test_count() returns event_trigger language plpgsql
security definer as $$
begin
    if tg_tag !~ '^CREATE (TABLE|INDEX|VIEW)' or exists (
        select from pg_event_trigger_ddl_commands() where schema_name is distinct from 'pg_temp'
    ) then
        perform nextval('pg_catalog.spoke_test_changes');
    end if;
end $$;
create event trigger spoke_test_count on ddl_command_end
    execute function pg_catalog.spoke_test_count();
reset allow_system_table_mods
"""
_RELATIONS = """
select relation.oid::regclass::text as name from pg_class as relation
join pg_namespace as home on home.oid = relation.relnamespace
where relkind = %s and nspname !~ '^pg_' and nspname <> 'information_schema' order by relation.oid
"""
_CHANGED_BEYOND_ROWS = """
select (select is_called from pg_catalog.spoke_test_changes)
or exists (select from pg_statistic where age(xmin) <= %s)
or exists (select from pg_class where relpersistence = 't')
or exists (
    select from pg_db_role_setting join pg_database on pg_database.oid = setdatabase
    where datname = current_database()
)
or exists (
    select from pg_stat_activity where datname = current_database()
    and pid <> pg_backend_pid() and backend_type = 'client backend' and state <> 'idle'
)
"""
# No trigger runs, and nothing is waited for.
_ALONE = "set local session_replication_role = replica; set local lock_timeout = '2s'"
_END_SESSIONS = """
with others as (
    select pid from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
    and backend_type = 'client backend'
)
select pg_terminate_backend(pid, 5000) from others where (select count(*) from others) > %s
"""
# Of each table: how many rows it has, and whether some are new since it was put back.
_LOOK = """
select {place} as place, count(*) as rows, bool_or({new}) as fresh from {table}
having bool_or({new}) or count(*) <> {kept}
"""
_NEW = "age(xmin) <= (%(ages)s::int[])[{}]"

Rows = dict[str, tuple[int, bytes]]  # of each table that has some: how many, and their copy


class Copy:
    """A database of a test's own, and pools of connections to it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._databases: dict[str, Database] = {}

    def database(self, **options: Any) -> Database:
        """Give a pool of connections to it, made with these options of Database."""
        key = repr(sorted(options.items()))
        if key not in self._databases:
            self._databases[key] = Database(self.url, **options)
        return self._databases[key]

    def put_back(self) -> bool:
        """Make it what it was; answer whether that can be done."""
        return False

    def close(self) -> None:
        for each in self._databases.values():
            each.close()


class Lent(Copy):
    """A copy that may be lent again: its pools stay open."""

    def __init__(self, url: str, rows: Rows | None) -> None:
        super().__init__(url)
        self._uses = 0
        self._conn = psycopg.connect(url, autocommit=True)
        self._conn.execute("set plan_cache_mode = force_generic_plan")  # of 123 tables: 20 ms
        self._conn.execute(_COUNTER.encode())
        self._tables, self._sequences = self._named("r"), self._named("S")
        self.rows = self._read() if rows is None else rows
        parts = (self._looking(place, table) for place, table in enumerate(self._tables, 1))
        self._look = " union all ".join(parts).encode()
        states = (f"select '{each}', last_value, is_called from {each}" for each in self._sequences)
        self._count = " union all ".join(states).encode()
        self._numbers = set(self._conn.execute(self._count).fetchall())
        self._since = [self._now()] * len(self._tables)  # transactions whose rows are not ours

    def put_back(self) -> bool:
        self._uses += 1
        try:
            with self._conn.transaction():
                return self._uses < USES and self._put_back()
        except psycopg.Error:
            return False

    def close(self) -> None:
        super().close()
        self._conn.close()

    def _put_back(self) -> bool:
        now = self._now()
        ages = [now - since for since in self._since]
        if self._conn.execute(_CHANGED_BEYOND_ROWS, [max(ages)]).fetchone() != (False,):
            return False
        self._conn.execute(_ALONE)
        look = self._conn.execute(self._look, {"ages": ages}, prepare=True)
        for place, rows, is_fresh in look.fetchall():
            gone = self._delete(place, ages) if is_fresh else 0
            self._write(self._tables[place - 1], rows - gone)
            self._since[place - 1] = now + 1
        numbers = self._conn.execute(self._count, prepare=True).fetchall()
        for name in {number[0] for number in set(numbers) - self._numbers}:
            [kept] = [number for number in self._numbers if number[0] == name]
            self._conn.execute("select setval(%s::text::regclass, %s, %s)", kept)
        self._conn.execute(_END_SESSIONS, [SESSIONS])
        return True

    def _delete(self, place: int, ages: list[int]) -> int:
        """Delete the rows that a test wrote, and answer how many they were."""
        statement = f"delete from {self._tables[place - 1]} where {_NEW.format(place)}"
        return self._conn.execute(statement.encode(), {"ages": ages}).rowcount

    def _write(self, table: str, rows: int) -> None:
        """Write the template's rows again, unless all of them are here."""
        kept, copied = self.rows.get(table, (0, b""))
        if rows == kept:
            return
        self._conn.execute(f"delete from {table}".encode())
        with self._conn.cursor().copy(f"copy {table} from stdin (format binary)".encode()) as to:
            to.write(copied)

    def _looking(self, place: int, table: str) -> str:
        kept = self.rows.get(table, (0, b""))[0]
        return _LOOK.format(place=place, new=_NEW.format(place), table=table, kept=kept)

    def _read(self) -> Rows:
        found = {}
        for table in self._tables:
            reading = self._conn.cursor()
            with reading.copy(f"copy {table} to stdout (format binary)".encode()) as out:
                copied = b"".join(bytes(part) for part in out)
            if reading.rowcount:
                found[table] = reading.rowcount, copied
        return found

    def _named(self, kind: str) -> list[str]:
        """Name the tables or the sequences of every schema that is not the system's."""
        return [row[0] for row in self._conn.execute(_RELATIONS, [kind]).fetchall()]

    def _now(self) -> int:
        """Answer the number of the transaction that runs now, or of one that begins."""
        row = self._conn.execute("select pg_current_xact_id()::text::bigint").fetchone()
        assert row is not None
        return int(row[0])


class Library:
    """The databases of one test process: of each template one that is free."""

    def __init__(self, server: str, lends: bool) -> None:
        """Without `lends` each test has a copy of its own, as on servers that are not ours."""
        self._server, self._lends = server, lends
        self._free: dict[str, tuple[Copy, ExitStack]] = {}
        self._rows: dict[str, Rows] = {}

    @contextmanager
    def lend(self, template: str) -> Iterator[Copy]:
        """Give a database like the template to one test."""
        lent, ends = self._free.pop(template, None) or self._made(template)
        try:
            yield lent
        finally:
            if lent.put_back():
                self._free[template] = lent, ends
            else:
                ends.close()
        while len(self._free) > AT_ONCE:
            self._free.pop(next(iter(self._free)))[1].close()

    def close(self) -> None:
        for _, ends in self._free.values():
            ends.close()

    def _made(self, template: str) -> tuple[Copy, ExitStack]:
        ends = ExitStack()
        url = ends.enter_context(copy_of(self._server, template))
        if self._lends:
            lent = Lent(url, self._rows.get(template))
            self._rows[template] = lent.rows
        else:
            lent = Copy(url)
        ends.callback(lent.close)
        return lent, ends
