"""Say what readers may see, as data, and give the rights and policies that make it so.

Rights say which tables and columns: views run with their reader's rights, so readers have what the
views need. Policies say which rows: the portals of the role that asks (the function
portals_for). Everything is compared with the catalogue first, so that nothing is done twice
and no lock is taken for what is already right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import psycopg
from psycopg import sql

from db import portal_schemas
from db.connect import Connection, Database
from db.queries import QUERIES
from db.row_shapes import tuples

PATIENCE = "2s"  # for a table's lock: while we wait for it, all who come later wait, too
POLICY = "readers"
_PUT = """
set local lock_timeout = {patience};
alter table {table} enable row level security;
drop policy if exists {policy} on {table};
create policy {policy} on {table} for {for_what} using ({rows}){check}
"""
_LOCK = 0x5B0E1  # one process at a time gives rights: two would collide in the catalogue

# Tables that readers may select from, beside every view and all of hubspot_…: metrics stand on
# them.
WHOLE = (
    *("call_links", "contact_numbers", "team_links", "link_doubts", "manual_links", "user_keys"),
    *("deal_numbers", "number_owners", "property_history"),
    *("metric_settings", "sales_call_days", "sales_contact_days", "sales_marks", "sales_sums"),
    *("user_spend_days", "user_spend_sums", "asked_sorts", "rollup_rows", "rollup_states"),
    *("competitors", "competitor_mentions", "competitive_losses"),
    *("sync_latency", "readers", "reading_programs"),
    *("deal_touch_sums", "contact_responses", "activity_rounds"),
    *("forecasts", "forecast_stages", "quotas"),
)
# Of all other tables the columns that our views stand on, which PostgreSQL knows, and these, which
# functions need: no token, no body of an event.
PARTS = {
    "history_marks": ("portal_id", "object_type", "hubspot_id", "not_before", "compares"),
    "portals": ("portal_id", "name", "time_zone", "currency", "country"),
}
BUSINESS = ("users", "teams", "team_membership", "transactions")

Place = tuple[str, str | None]  # a relation, and one of its columns or (None) all of them
Right = tuple[Place, str]  # and what may be done there


@dataclass(frozen=True, slots=True)
class Policy:
    """Say which rows of a table: an expression as PostgreSQL shows it, evaluated once per
    statement."""

    rows: str
    for_all: bool = False  # writing, too; else only for select

    @property
    def command(self) -> str:
        """Name the command that the policy is for, as `create policy` says it."""
        return "all" if self.for_all else "select"

    @property
    def check(self) -> str | None:
        """Say which rows may be written; PostgreSQL has no such word for a policy that only
        shows."""
        return self.rows if self.for_all else None

    def stands(self, found: dict[str, Any]) -> bool:
        """Tell whether the table has exactly this policy."""
        said = (found["command"], found["using"], found["check"])
        wanted = ("*" if self.for_all else "r", self.rows, self.check)
        return bool(found["guarded"] and found["for_everybody"]) and said == wanted


_PORTALS = "( SELECT portals_for(CURRENT_USER) AS portals_for)"
BY_PORTAL = Policy(f"(portal_id = ANY ({_PORTALS}::bigint[]))")
# Tables of no portal, for all who may see any.
OF_NO_PORTAL = {
    "readers": Policy("(role_name = ANY (ARRAY[CURRENT_USER, SESSION_USER]))"),
    "reading_programs": Policy("(role_name = CURRENT_USER)"),
    "user_keys": Policy(f"({_PORTALS} <> '{{}}'::bigint[])"),
}
# The company's own, for all who were granted them.
OF_BUSINESS = Policy("( SELECT may_use_business() AS may_use_business)", for_all=True)


def policy_of(table: dict[str, Any]) -> Policy | None:
    """Name the policy that a table should have; none for tables that no reader may see."""
    if table["schema"] == "business" and table["name"] in BUSINESS:
        return OF_BUSINESS
    return OF_NO_PORTAL.get(table["name"]) or (BY_PORTAL if table["of_portals"] else None)


def guard(database: Database) -> list[str]:
    """Give every table its policy, each in its own transaction; answer the tables that lacked it.

    Raises LockNotAvailable when a session holds a table for too long; what is done stays done."""
    with database.transaction() as conn:
        due = list(_unguarded(conn))
    for table, policy in due:
        with database.transaction() as conn:
            _put_policy(conn, table, policy)
    return [table for table, _ in due]


def _unguarded(conn: Connection) -> Iterator[tuple[str, Policy]]:
    asked = {"policy": POLICY, "business": list(BUSINESS)}
    for found in conn.execute(QUERIES["tables_to_guard"], asked):
        policy = policy_of(found)
        if policy and not policy.stands(found):
            yield found["table"], policy


def _put_policy(conn: Connection, table: str, policy: Policy) -> None:
    """Put a policy in the place of the one before, in one go; `table` is the catalogue's own word
    for it."""
    words = {
        "patience": sql.Literal(PATIENCE),
        "table": sql.SQL(table),
        "policy": sql.Identifier(POLICY),
        "for_what": sql.SQL(policy.command),
        "rows": sql.SQL(policy.rows),
        "check": sql.SQL(f" with check ({policy.check})" if policy.check else ""),
    }
    conn.execute(sql.SQL(_PUT).format(**words))


def give(conn: Connection, roles: Collection[str], exactly: Collection[str] = ()) -> None:
    """Give these roles the rights of readers; take all others from the ones in `exactly`."""
    if not roles:
        return
    conn.execute("select pg_advisory_xact_lock(%s::bigint)", [_LOCK])
    wanted, rights = _wanted(conn), _rights(conn, roles)
    for role in sorted(roles):
        _grant(conn, role, wanted - _selected(rights[role]))
    for role in exactly:
        _revoke(conn, role, {right for right in rights[role] if _is_beyond(right, wanted)})
    _open_schema(conn, roles)
    _open_functions(conn, roles)
    portal_schemas.give(conn, roles)


def give_everybody(conn: Connection) -> None:
    """Give every reader there is the rights of readers: after something new was made for them."""
    found = conn.execute(QUERIES["readers_begun"]).fetchone()
    if found and found["begun"]:
        roles = dict(tuples(conn, QUERIES["reader_roles"]))
        give(conn, roles, [role for role, is_program in roles.items() if is_program])


def give_view(conn: Connection, view: sql.Identifier, is_shared: bool) -> None:
    """Give every reader there is a view that was just made: it stands on tables that they may read
    already. One of a portal's own is for the readers of that portal."""
    found = conn.execute(QUERIES["readers_begun"]).fetchone()
    roles = list(dict(tuples(conn, QUERIES["reader_roles"]))) if found and found["begun"] else []
    if not roles:
        return
    conn.execute("select pg_advisory_xact_lock(%s::bigint)", [_LOCK])
    if is_shared:
        names = sql.SQL(", ").join(map(sql.Identifier, roles))
        conn.execute(sql.SQL("grant select on {} to {}").format(view, names))
    else:
        portal_schemas.give(conn, roles)


def take(conn: Connection, role: str) -> bool:
    """Take back what readers have, and all else in our schema; answer whether there was
    anything."""
    wanted, name = _wanted(conn), sql.Identifier(role)
    rights = {right for right in _rights(conn, [role])[role] if _is_ours(right, wanted)}
    _revoke(conn, role, rights)
    for row in conn.execute(QUERIES["functions_of_readers"], {"role": role}).fetchall():
        function = sql.SQL(row["function"])
        conn.execute(sql.SQL("revoke all on function {} from {}").format(function, name))
    beside = conn.execute(QUERIES["schema_of_models"]).fetchall()
    for schema in (_schema(conn), *(sql.Identifier(row["schema"]) for row in beside)):
        conn.execute(sql.SQL("revoke all on schema {} from {}").format(schema, name))
    portal_schemas.take(conn, role)
    return bool(rights)


def lacking(conn: Connection, role: str) -> list[str]:
    """Name the statements that would give a role what is not ours to give."""
    missing = _wanted(conn) - _selected(_rights(conn, [role])[role])
    return [statement.as_string(conn) for statement in _grants(role, missing)]


def _selected(rights: Collection[Right]) -> set[Place]:
    return {place for place, privilege in rights if privilege == "SELECT"}


def _is_beyond(right: Right, wanted: Collection[Place]) -> bool:
    place, privilege = right
    return not _is_of_business(place) and (privilege != "SELECT" or place not in wanted)


def _is_ours(right: Right, wanted: Collection[Place]) -> bool:
    """Tell whether a right is ours to take: other rights on the company's tables are the company's
    to give."""
    return not _is_of_business(right[0]) or right[0] in wanted


def _is_of_business(place: Place) -> bool:
    return place[0].startswith("business.")


def _wanted(conn: Connection) -> set[Place]:
    relations: list[str] = []
    columns: list[str] = []
    for relation, shown in PARTS.items():
        relations += [relation] * len(shown)
        columns += shown
    asked = {"whole": list(WHOLE), "relations": relations, "columns": columns}
    return set(tuples(conn, QUERIES["readable_columns"], asked))


def _rights(conn: Connection, roles: Collection[str]) -> dict[str, set[Right]]:
    found: dict[str, set[Right]] = {role: set() for role in roles}
    for row in conn.execute(QUERIES["reader_rights"], {"roles": list(roles)}):
        found[row["role"]].add(((row["relation"], row["column"]), row["privilege"]))
    return found


def _grant(conn: Connection, role: str, places: Collection[Place]) -> None:
    """Grant what is ours; `lacking` says what others would have to grant."""
    for statement in _grants(role, places):
        try:
            with conn.transaction():
                conn.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            pass


def _grants(role: str, places: Collection[Place]) -> Iterator[sql.Composed]:
    """Yield one statement for whole relations, one for each of which only columns are shown."""
    name = sql.Identifier(role)
    whole = sorted(relation for relation, column in places if column is None)
    if whole:
        relations = sql.SQL(", ").join(map(sql.SQL, whole))
        yield sql.SQL("grant select on {} to {}").format(relations, name)
    parts = sorted((relation, column) for relation, column in places if column is not None)
    for relation, found in groupby(parts, key=lambda part: part[0]):
        columns = sql.SQL(", ").join(sql.Identifier(column) for _, column in found)
        grant = sql.SQL("grant select ({}) on {} to {}")
        yield grant.format(columns, sql.SQL(relation), name)


def _revoke(conn: Connection, role: str, rights: Collection[Right]) -> None:
    for (relation, column), privilege in sorted(rights, key=repr):
        where = sql.SQL(" ({})").format(sql.Identifier(column)) if column else sql.SQL("")
        what = sql.SQL(privilege) + where
        revoke = sql.SQL("revoke {} on {} from {}")
        conn.execute(revoke.format(what, sql.SQL(relation), sql.Identifier(role)))


def _open_schema(conn: Connection, roles: Collection[str]) -> None:
    for row in conn.execute(QUERIES["roles_outside"], {"roles": list(roles)}).fetchall():
        named = sql.Identifier(row["schema"]), sql.Identifier(row["role"])
        conn.execute(sql.SQL("grant usage on schema {} to {}").format(*named))


def _schema(conn: Connection) -> sql.Identifier:
    row = conn.execute("select current_schema() as name").fetchone()
    assert row is not None
    return sql.Identifier(row["name"])


def _open_functions(conn: Connection, roles: Collection[str]) -> None:
    """Close functions with our rights to everybody, then open all that read to readers."""
    for row in conn.execute(QUERIES["open_definers"]).fetchall():
        function = sql.SQL(row["function"])
        conn.execute(sql.SQL("revoke execute on function {} from public").format(function))
    for row in conn.execute(QUERIES["functions_for_readers"], {"roles": list(roles)}).fetchall():
        role = sql.SQL("public") if row["role"] == "public" else sql.Identifier(row["role"])
        grant = sql.SQL("grant execute on function {} to {}")
        conn.execute(grant.format(sql.SQL(row["function"]), role))
