"""Fill a database as a portal of the real one's size, or of several times that."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from rich.console import Console

from db import stored_links as links
from db.connect import Connection, Database
from db.migrate import migrate
from lab import embedded
from lab.keeper import kept_folder

FILL = Path(__file__).with_name("fill.sql").read_text()
LINK = """
insert into call_links (portal_id, call_id, contact_id, link_method, phone_key, call_timestamp,
    call_duration,
                        call_direction, call_disposition, hubspot_owner_id)
select portal_id, call_id, contact_id, link_method, phone_key, call_timestamp, call_duration,
    call_direction,
       call_disposition, hubspot_owner_id
from calls_to_contacts_from_scratch;
insert into company_keys (portal_id, company_id, name_key, domain_key)
select portal_id, hubspot_id, company_key(name), domain_key(domain) from current_companies
"""
AS_WORKERS_DO = 20  # marks in one transaction; comparing takes the square of it
console = Console(stderr=True)


@contextmanager
def filled(scale: int) -> Iterator[Database]:
    with ExitStack() as opened:
        folder = opened.enter_context(kept_folder())
        url, _ = opened.enter_context(embedded.database(folder / "postgres"))
        database = opened.enter_context(Database(url))
        migrate(database)
        began = time.monotonic()
        with console.status(f"filling {scale} x"):
            _fill(database, scale)
        console.print(f"filled in {time.monotonic() - began:.0f} s", style="dim")
        yield database


def _fill(database: Database, scale: int) -> None:
    """Indexes are dropped and made again, links found at the end: ten times faster than keeping
    them."""
    with database.transaction() as conn:
        conn.execute("set local maintenance_work_mem = '512MB'")
        conn.execute("set local session_replication_role = replica")
        dropped = drop_indexes(conn)
        conn.execute(FILL.replace("%(scale)s", str(scale)).replace("%%", "%").encode())
        for definition in dropped:
            conn.execute(definition.encode())
    with psycopg.connect(database.url, autocommit=True) as conn:
        conn.execute("vacuum analyze")
    with database.transaction() as conn:
        conn.execute("set local session_replication_role = replica")
        conn.execute(LINK.encode())
        conn.execute("analyze call_links, company_keys")
        conn.execute("select settle_days(portal_id) from portals")
        conn.execute("select refresh_user_keys(), refresh_team_keys(), recount_records()")
        conn.execute("select settle_rollup(portal_id, entity) from portals, rollup_entries()")
        conn.execute("analyze team_keys, rollup_rows")
    _settle(database)
    with psycopg.connect(database.url, autocommit=True) as conn:
        conn.execute("vacuum analyze")
        conn.execute("checkpoint")


def _settle(database: Database) -> None:
    """Find the companies behind all teams and the uncertain links, as the workers do."""
    settled = AS_WORKERS_DO
    while settled:
        with database.transaction() as conn:
            settled = links.settle(conn, AS_WORKERS_DO)
    with database.transaction() as conn:
        conn.execute("select refresh_link_doubts(), refresh_user_spend()")


def drop_indexes(conn: Connection) -> list[str]:
    """Drop every index that is no key; answer their definitions. Tables by month keep theirs: an
    index of a month hangs on that of the whole, and no record lies there."""
    rows = conn.execute(
        "select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition"
        " from pg_index i join pg_class t on t.oid = i.indrelid"
        " where t.relnamespace in (current_schema()::regnamespace, 'business'::regnamespace)"
        " and t.relkind = 'r' and not t.relispartition"
        " and not i.indisprimary and not exists (select from pg_constraint"
        " where conindid = i.indexrelid)"
    ).fetchall()
    for row in rows:
        conn.execute(f"drop index {row['name']}".encode())
    return [row["definition"] for row in rows]
