"""Which competitors a portal looks for: add, list, remove. Every change has all texts read again,
by the job competitor_reading."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import redis

import jobs
from db.competitor_texts import SOURCES
from db.connect import Connection
from db.queries import QUERIES
from operations.servers import Servers

LONGEST, MOST_ALIASES, MOST = 100, 50, 200  # characters of a name; names of one; competitors


class CompetitorError(ValueError):
    """Raised for a competitor that cannot be looked for; nothing was changed."""


@dataclass(frozen=True, slots=True)
class WantedCompetitor:
    """A competitor as people name it. `never`: phrases that mean something else."""

    name: str
    aliases: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


def competitors(servers: Servers, portal_id: int) -> list[WantedCompetitor]:
    """Answer a portal's competitors, by name."""
    with servers.database.transaction() as conn:
        return _stored(conn, portal_id)


def put(servers: Servers, portal_id: int, wanted: Iterable[WantedCompetitor]) -> int:
    """Add competitors, or replace those of the same name; answers how many are new. Raises
    CompetitorError where one of them cannot be looked for."""
    checked = [_checked(each) for each in wanted]
    with servers.database.transaction() as conn:
        conn.execute("select from portals where portal_id = %s for update", [portal_id])
        known = {each.name for each in _stored(conn, portal_id)}
        if len(known | {each.name for each in checked}) > MOST:
            raise CompetitorError(f"A portal has at most {MOST} competitors.")
        for each in checked:
            row = {"name": each.name, "aliases": list(each.aliases), "never": list(each.never)}
            conn.execute(QUERIES["put_competitor"], row | {"portal_id": portal_id})
        _read_again(conn, portal_id)
    wake(servers.server)
    return len({each.name for each in checked} - known)


def remove(servers: Servers, portal_id: int, name: str) -> bool:
    """Remove a competitor with all that was found of it; answers whether there was one. A text that
    its name covered may name another: so everything is read again."""
    with servers.database.transaction() as conn:
        of = {"portal_id": portal_id, "name": name}
        if conn.execute(QUERIES["drop_competitor"], of).fetchone() is None:
            return False
        _read_again(conn, portal_id)
    wake(servers.server)
    return True


def is_reading(servers: Servers, portal_id: int) -> bool:
    """Tell whether texts are still to be read, so that counts may grow."""
    with servers.database.transaction() as conn:
        row = conn.execute(QUERIES["competitor_texts_left"], {"portal_id": portal_id}).fetchone()
    return bool(row and row["reading"])


def wake(server: redis.Redis) -> None:
    """Let the job begin now; the clock would in some seconds."""
    jobs.wake(server, jobs.COMPETITORS)


def in_file(path: Path) -> list[WantedCompetitor]:
    """Read competitors from a CSV with the columns name, aliases and never, the latter two with ";"
    between phrases. Raises CompetitorError where it has no column `name`."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if "name" not in (rows.fieldnames or ()):
            raise CompetitorError("The file's first line must name its columns: name, aliases.")
        return [
            WantedCompetitor(
                row["name"] or "", _phrases(row.get("aliases")), _phrases(row.get("never"))
            )
            for row in rows
        ]


def _phrases(cell: str | None) -> tuple[str, ...]:
    return tuple(each.strip() for each in (cell or "").split(";") if each.strip())


def _stored(conn: Connection, portal_id: int) -> list[WantedCompetitor]:
    rows = conn.execute(QUERIES["competitors_of"], {"portal_id": portal_id}).fetchall()
    return [
        WantedCompetitor(row["name"], tuple(row["aliases"]), tuple(row["never"])) for row in rows
    ]


def _read_again(conn: Connection, portal_id: int) -> None:
    of = {"portal_id": portal_id, "object_types": sorted(SOURCES)}
    conn.execute(QUERIES["begin_competitor_walks"], of)


def _checked(wanted: WantedCompetitor) -> WantedCompetitor:
    """Answer a competitor without spare spaces. Raises CompetitorError for what no text can name:
    two letters or digits are the least."""
    made = WantedCompetitor(wanted.name.strip(), *map(_tidy, (wanted.aliases, wanted.never)))
    if len(made.aliases) > MOST_ALIASES or len(made.never) > MOST_ALIASES:
        raise CompetitorError(
            f"{made.name}: at most {MOST_ALIASES} other names, and as many nevers."
        )
    for each in (made.name, *made.aliases, *made.never):
        if len(each) > LONGEST or "\0" in each or sum(map(str.isalnum, each)) < 2:
            raise CompetitorError(
                f"A name has from 2 letters to {LONGEST} characters; {each[:LONGEST]!r} has not."
            )
    return made


def _tidy(phrases: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_stripped(phrases)))


def _stripped(phrases: Iterable[str]) -> Iterator[str]:
    for each in phrases:
        if each.strip():
            yield each.strip()
