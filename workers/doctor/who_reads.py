"""Check who may read: the role of programs is there, and roles that were granted our views see
rows."""

from __future__ import annotations

from collections.abc import Iterator

from db import readers as reading
from db.connect import Connection
from db.readers import Reader
from workers.context import Context
from workers.doctor.finding import Finding


def readers(context: Context) -> Iterator[Finding]:
    role = context.database.reader_role
    with context.database.transaction() as conn:
        left = reading.todo(conn, role)
        known = reading.everybody(conn)
        wrong = [*_blind(conn), *_people(conn, known)]
    if role not in {each.role for each in known} or left:
        yield _unable(role, left)
    elif not wrong:
        yield _able(role, known)
    yield from wrong


def _unable(role: str, left: list[str]) -> Finding:
    found = f"programs cannot read as {role} yet"
    first = "Run"
    if left:
        first = f"Let an admin see to it: {' '.join(left)} Then run"
    return Finding("Readers", found, f"{first} `spoke migrate`.")


def _able(role: str, known: list[Reader]) -> Finding:
    people = sum(each.portals is not None for each in known)
    word = "person" if people == 1 else "people"
    return Finding("Readers", f"programs read as {role}; {people} {word}")


def _blind(conn: Connection) -> Iterator[Finding]:
    for role, view in reading.blind(conn):
        found = f"{role} may select from {view} and is no reader: its queries fail"
        todo = f"`spoke readers add {role} --portal N`, or revoke what it was granted."
        yield Finding("Readers", found, todo)


def _people(conn: Connection, known: list[Reader]) -> Iterator[Finding]:
    for each in known:
        if each.portals is not None:
            yield from _person(conn, each)


def _person(conn: Connection, reader: Reader) -> Iterator[Finding]:
    role = reader.role
    if not reader.here:
        found = f"there is no role {role} any more"
        yield Finding("Readers", found, f"`spoke readers remove {role}`.")
    elif danger := reading.danger(conn, role):
        found = f"{role} cannot be held to its portals: {danger}"
        todo = f"Take that from the role, or `spoke readers remove {role}`."
        yield Finding("Readers", found, todo)
