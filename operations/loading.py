"""Load entities from Parquet files into a portal's tables, which must be empty of that portal.

Each table is one transaction: after a crash it is whole or empty, and `resume` goes on with the
tables that are empty. Events are loaded beside records: while Python writes rows of the one,
PostgreSQL stores or sorts rows of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event
from typing import TypeVar

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from db import bulk_load, optional_types, partitions, portals
from db.connect import Connection
from db.optional_types import Look
from hubspot.objects import OBJECT_TYPES
from operations.entity_rows import ENTITY_FILES, EntityFile
from operations.json_columns import as_csv
from operations.loaded_definitions import describe
from operations.servers import Servers

ROWS_AT_ONCE = 50_000
FIRST_PORTAL = 1  # where none is registered and none is named
# loaded beside the other tables, whose order stays
EVENTS = ("marketing_events", "email_events", "web_sessions")
PAUSED = "loaded from files: HubSpot is not asked"
Progress = Callable[[str, int, int], None]
T = TypeVar("T")


class CannotLoad(Exception):
    """Say why nothing of a file, or of any, was loaded; the message says what to do."""


class _GivenUp(Exception):
    """Say that another file could not be loaded, or that the process is to end."""


@dataclass(frozen=True)
class EntitySource:
    """One file that is to be loaded."""

    entity: EntityFile
    path: Path

    @property
    def rows(self) -> int:
        return int(pq.read_metadata(self.path).num_rows)


def load(
    servers: Servers, folder: Path, portal_id: int | None, resume: bool, progress: Progress
) -> dict[str, int]:
    """Load the files of a folder that are there; answer entity → rows that were loaded now."""
    found = sources(folder)
    chosen = _portal(servers, portal_id)
    waiting = _must_be_empty(servers, chosen, found, resume)
    loading = _Loading(servers, chosen, progress)
    lanes = [
        [each for each in waiting if (each.entity.name in EVENTS) == events]
        for events in (True, False)
    ]
    with ThreadPoolExecutor(len(lanes)) as beside:
        try:
            done = list(beside.map(loading.run, lanes))
        finally:
            loading.ended.set()
    # once all are there, for pipelines give the sums of deals up
    bulk_load.settle_rollups(servers.database, chosen)
    return {name: rows for lane in done for name, rows in lane.items()}


@dataclass(frozen=True)
class _Loading:
    """Load files into one portal, one after another; several threads may do so. Once one of them
    failed, or the process is to end, the others give up the table that they are at."""

    servers: Servers
    portal_id: int
    progress: Progress
    ended: Event = field(default_factory=Event)

    def run(self, files: Sequence[EntitySource]) -> dict[str, int]:
        """Load files; answer entity → rows of those that are whole."""
        loaded, database = {}, self.servers.database
        try:
            for each in files:
                loaded[each.entity.name] = _load_one(self.servers, self.portal_id, each, self.tell)
                bulk_load.vacuum(database, each.entity.table)
        except _GivenUp:
            return loaded
        except BaseException:
            self.ended.set()
            raise
        return loaded

    def tell(self, name: str, done: int, total: int) -> None:
        """Tell of a part that was copied."""
        if self.ended.is_set():
            raise _GivenUp
        self.progress(name, done, total)


def sources(folder: Path) -> list[EntitySource]:
    """List the files of a folder, each with all the columns that it must have."""
    paths = ((entity, folder / f"{entity.name}.parquet") for entity in ENTITY_FILES)
    found = [EntitySource(entity, path) for entity, path in paths if path.is_file()]
    if not found:
        names = ", ".join(f"{entity.name}.parquet" for entity in ENTITY_FILES)
        raise CannotLoad(f"{folder} holds none of {names}.")
    for each in found:
        try:
            columns = pq.read_schema(each.path).names
        except pa.ArrowInvalid as error:
            raise CannotLoad(f"{each.path.name} is no Parquet file: {error}.") from error
        if lacking := sorted({*each.entity.reads} - {*columns}):
            raise CannotLoad(f"{each.path.name} has no column {', '.join(lacking)}.")
    return found


def _portal(servers: Servers, wanted: int | None) -> int:
    """Answer the portal that is meant. One that is not registered is made, and asks HubSpot
    nothing. Raises CannotLoad for one that does: HubSpot knows none of the records, and the next
    comparison would archive them."""
    known = {portal.portal_id: portal for portal in servers.portals()}
    if wanted is None and len(known) > 1:
        raise CannotLoad(f"Several portals are registered: name one of {[*known]} with --portal.")
    chosen = wanted if wanted is not None else next(iter(known), FIRST_PORTAL)
    if chosen in known and not (known[chosen].held and known[chosen].token_encrypted is None):
        raise CannotLoad(
            f"Portal {chosen} is a copy of HubSpot: the next comparison would archive what is "
            "loaded. Choose another number with --portal; a portal is made for it."
        )
    if chosen not in known:
        with servers.database.transaction() as conn:
            portals.put(conn, chosen, portals.Registration("UTC", name="Loaded from files"))
            portals.pause(conn, chosen, PAUSED, held=True)
    return chosen


def _must_be_empty(
    servers: Servers, portal_id: int, found: Sequence[EntitySource], resume: bool
) -> list[EntitySource]:
    """Answer the files whose tables have no row of the portal. Raises CannotLoad where one has
    rows, with `resume` only where these are not as many as the file's."""
    waiting = []
    with servers.database.transaction() as conn:
        for each in found:
            rows = bulk_load.rows_of(conn, each.entity.table, portal_id)
            if rows == 0:
                waiting.append(each)
            elif not resume or rows != each.rows:
                hint = "--resume goes on with a load that was broken off: "
                raise CannotLoad(
                    f"Portal {portal_id} has {rows:,} rows in {each.entity.table} already, and "
                    f"{each.path.name} has {each.rows:,}. A load fills a portal that is empty. "
                    f"{hint}each table is whole or empty."
                )
    return waiting


def _load_one(servers: Servers, portal_id: int, source: EntitySource, progress: Progress) -> int:
    """Load one file in one transaction; answer its rows."""
    entity, done, total = source.entity, 0, source.rows
    if not entity.is_record:
        months = _months(source)
        partitioned = next(each for each in partitions.STREAMS if each.table == entity.table)
        partitions.ensure(servers.database, partitioned, months)
    try:
        with (
            servers.database.transaction() as conn,
            bulk_load.unburdened(conn, entity.table, portal_id) as freeze,
        ):
            if entity.is_record:
                _note(conn, portal_id, source)
            for names, rows, chunk in _ahead(chunks(source, portal_id)):
                bulk_load.copy(conn, entity.table, names, chunk, freeze)
                done += rows
                progress(entity.name, done, total)
    except (psycopg.DataError, psycopg.IntegrityError, ValueError, pa.ArrowInvalid) as error:
        raise CannotLoad(f"{source.path.name}: {error}. Nothing of it was loaded.") from error
    return done


def _note(conn: Connection, portal_id: int, source: EntitySource) -> None:
    """Put what the portal is to know of a type before its records."""
    name = source.entity.name
    describe(conn, portal_id, name, source.path)
    if OBJECT_TYPES[name].optional:
        optional_types.note(conn, portal_id, [Look(name, True)])


def chunks(source: EntitySource, portal_id: int) -> Iterator[tuple[list[str], int, bytes]]:
    """Yield the columns, the number and the CSV of the rows, part by part."""
    fetched_at = datetime.now(UTC).isoformat()
    file = pq.ParquetFile(source.path)
    for batch in file.iter_batches(ROWS_AT_ONCE, columns=source.entity.reads):
        read = dict(zip(batch.schema.names, batch.columns, strict=True))
        columns = source.entity.rows(read, portal_id, fetched_at)
        yield list(columns), batch.num_rows, as_csv(columns)


def _ahead(parts: Iterator[T]) -> Iterator[T]:
    """Make the next part while the last one is at work: PostgreSQL takes the other core."""
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(next, parts, None)
        while (part := waiting.result()) is not None:
            waiting = other.submit(next, parts, None)
            yield part


def _months(source: EntitySource) -> list[date]:
    """List the months that a stream's file has events of."""
    found: set[date] = set()
    for batch in pq.ParquetFile(source.path).iter_batches(columns=[source.entity.moment]):
        moments = batch.column(0).cast(pa.timestamp("ms", "UTC"), safe=False)
        found |= set(_first_days(moments))
    return sorted(found)


def _first_days(moments: pa.Array) -> Iterable[date]:
    plain = moments.cast(pa.timestamp("ms"))
    first = pc.unique(pc.floor_temporal(plain, unit="month")).to_pylist()
    return [each.date() for each in first if each]
