"""Keep where the walks through streams of events stand: beside the walks of polled families, so
that states, pages and gauges show both alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from psycopg import sql

from db.connect import Connection
from db.polled_entries import SLACK
from db.queries import QUERIES
from hubspot.paging import FIRST
from hubspot.streams import STREAMS, Stream, TimeSpan

WIDE_EVERY = timedelta(days=1)
THE_BEGINNING = datetime(2006, 1, 1, tzinfo=UTC)  # of HubSpot: no event is older


@dataclass(frozen=True, slots=True)
class StreamOf:
    """Name a stream of a portal."""

    portal_id: int
    stream: Stream

    @property
    def where(self) -> dict[str, object]:
        return {"portal_id": self.portal_id, "family": self.stream.name, "parent_key": ""}

    def __str__(self) -> str:
        return self.stream.name


@dataclass(frozen=True, slots=True)
class StreamWalk:
    """Say where a walk stands, and until when it goes. All events of before `since_at` were read;
    a wide walk looks for late ones, too."""

    cursor: str
    started_at: datetime
    is_wide: bool
    since_at: datetime | None
    until_at: datetime

    def at(self, cursor: str) -> StreamWalk:
        return replace(self, cursor=cursor)

    def stretch(self, stream: Stream, keep: timedelta | None) -> TimeSpan:
        """Answer the time that the walk is of: the same for all of its pages. Nothing is asked for
        that is older than events are kept."""
        oldest = max(THE_BEGINNING, self.started_at - keep) if keep else THE_BEGINNING
        if self.since_at is None:
            return TimeSpan(oldest, self.until_at)
        again = stream.late if self.is_wide else stream.overlap
        return TimeSpan(max(oldest, self.since_at - again), self.until_at)


def due(conn: Connection, portal_id: int) -> list[Stream]:
    """Answer the streams to look at now."""
    asked = {
        "portal_id": portal_id,
        "names": list(STREAMS),
        "everies": [stream.every - SLACK for stream in STREAMS.values()],
    }
    names = {row["name"] for row in conn.execute(QUERIES["due_families"], asked)}
    return [stream for name, stream in STREAMS.items() if name in names]


def begin(conn: Connection, of: StreamOf) -> StreamWalk:
    """Begin a walk, or go on with the one that was interrupted."""
    asked = {"first": FIRST, "wide_every": WIDE_EVERY - SLACK}
    row = conn.execute(QUERIES["begin_stream_walk"], of.where | asked).fetchone()
    assert row is not None
    return StreamWalk(**row)


def hold(conn: Connection, of: StreamOf, walk: StreamWalk) -> bool:
    """Lock the walk until the transaction ends. False where another worker was there first: then
    nothing may be written, for it would be older than what is there."""
    asked = of.where | {"started_at": walk.started_at, "cursor": walk.cursor}
    return conn.execute(QUERIES["hold_stream_walk"], asked).fetchone() is not None


def advance(
    conn: Connection, of: StreamOf, walk: StreamWalk, after: str | None, events: int
) -> None:
    """Move the checkpoint, in the transaction of the events that it stands for; None: the walk is
    at its end."""
    asked = of.where | {"started_at": walk.started_at, "cursor": walk.cursor}
    step = {"after": after or walk.cursor, "above": 0, "newest_at": None, "entries": events}
    conn.execute(QUERIES["advance_walk"], asked | step)
    if after is None:
        conn.execute(QUERIES["finish_walk"], asked)


def recount(conn: Connection, of: StreamOf, table: str) -> None:
    """Count the rows of a stream: sessions join, and months are dropped."""
    statement = sql.SQL(
        "update polled_walks as walk set entries ="
        " (select count(*) from {} as kept where kept.portal_id = walk.portal_id)"
        " where portal_id = %(portal_id)s and family = %(family)s and parent_key = ''"
    )
    conn.execute(statement.format(sql.Identifier(table)), of.where)
