"""Export an entity of a portal, a file for each month, to a folder or to Supabase Storage.

A file is whole or absent: it has another name until its last row. A manifest says which months are
done, and a later run goes on with the others. PostgreSQL hands rows out through a cursor of its
own, so memory stays flat.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from psycopg import sql
from psycopg.rows import tuple_row

from db.connect import Connection, Database
from db.row_shapes import tuples, values
from outgoing.export_formats import FORMATS, Columns
from settings import Settings

ROWS_AT_ONCE = 5_000
LINK_SECONDS = 7 * 86_400
UNDATED = "undated"
Progress = Callable[[str, int, int], None]


class CannotExport(Exception):
    """Say why nothing more was exported; the message says what to do."""


class Target(Protocol):
    """Keep files by name."""

    def read(self, name: str) -> bytes | None: ...

    def keep(self, path: Path, name: str) -> None: ...

    def link(self, name: str) -> str | None: ...


@dataclass(frozen=True)
class Folder:
    """Keep files in a folder of this machine."""

    path: Path

    def read(self, name: str) -> bytes | None:
        file = self.path / name
        return file.read_bytes() if file.is_file() else None

    def keep(self, path: Path, name: str) -> None:
        path.replace(self.path / name)

    def link(self, name: str) -> str | None:
        """Answer None: a folder has no address that others could open."""
        return None


@dataclass(frozen=True)
class Bucket:
    """Keep files in a bucket of Supabase Storage, by its own client."""

    files: Any
    prefix: str

    def read(self, name: str) -> bytes | None:
        from storage3.exceptions import StorageApiError

        try:
            return bytes(self.files.download(self._at(name)))
        except StorageApiError as error:
            if str(error.status) in ("404", "400") and "not" in error.message.lower():
                return None
            raise CannotExport(f"Supabase Storage refused: {error.message}.") from error

    def keep(self, path: Path, name: str) -> None:
        from storage3.exceptions import StorageApiError

        try:
            self.files.upload(self._at(name), path, {"upsert": "true"})
        except StorageApiError as error:
            raise CannotExport(f"Supabase Storage refused {name}: {error.message}.") from error

    def link(self, name: str) -> str | None:
        """Answer an address by which the file can be fetched for a week, without signing in."""
        from storage3.exceptions import StorageApiError

        try:
            return str(self.files.create_signed_url(self._at(name), LINK_SECONDS)["signedURL"])
        except StorageApiError as error:
            raise CannotExport(f"Supabase Storage gave no link: {error.message}.") from error

    def _at(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name


@contextmanager
def target(settings: Settings, to: str) -> Iterator[tuple[Target, Path]]:
    """Open where files go, and a folder in which they are written first."""
    if not to.startswith("supabase://"):
        folder = Path(to)
        folder.mkdir(parents=True, exist_ok=True)
        yield Folder(folder), folder
        return
    if not (settings.supabase_url and settings.supabase_service_key):
        raise CannotExport("Set SUPABASE_URL and SUPABASE_SERVICE_KEY to export to Supabase.")
    from supabase import create_client

    place = urlsplit(to)
    client = create_client(settings.supabase_url, settings.supabase_service_key)
    with tempfile.TemporaryDirectory() as folder_name:
        files = client.storage.from_(place.netloc)
        yield Bucket(files, place.path.strip("/")), Path(folder_name)


@dataclass(frozen=True)
class Export:
    """Say what is exported: an entity of a portal, how, and by which time its files are cut."""

    entity: str
    portal_id: int
    form: str
    moment: str

    @property
    def manifest(self) -> str:
        return f"{self.entity}-{self.portal_id}-{self.form}.json"

    def file(self, month: date | None) -> str:
        return f"{self.entity}-{self.portal_id}-{_named(month)}.{self.form}"


def export(
    database: Database, wanted: Export, target: Target, folder: Path, progress: Progress
) -> dict[str, Any]:
    """Write each month that no manifest has; answer the manifest. What was exported stays as it
    was, also where its records changed since."""
    told: dict[str, Any] = json.loads(target.read(wanted.manifest) or b'{"files": {}}')
    with database.transaction() as conn:
        months = _months(conn, wanted)
    total, done = sum(months.values()), 0
    for month, count in months.items():
        name = wanted.file(month)
        if name not in told["files"]:
            part = folder / f"{name}.part"
            told["files"][name] = _write(database, wanted, month, part)
            target.keep(part, name)
            manifest = folder / f"{wanted.manifest}.part"
            manifest.write_text(json.dumps(told, indent=2) + "\n")
            target.keep(manifest, wanted.manifest)
        done += count
        progress(wanted.entity, done, total)
    return told


def _named(month: date | None) -> str:
    return f"{month:%Y-%m}" if month else UNDATED


def _relation(wanted: Export) -> tuple[sql.Identifier, sql.Identifier]:
    return sql.Identifier(f"entity_{wanted.entity}"), sql.Identifier(wanted.moment)


def _months(conn: Connection, wanted: Export) -> dict[date | None, int]:
    """Count the rows of each month of UTC; None: rows without a time."""
    view, moment = _relation(wanted)
    statement = sql.SQL(
        "select date_trunc('month', {moment}::timestamptz)::date, count(*) from {view}"
        " where portal_id = %s group by 1 order by 1"
    ).format(moment=moment, view=view)
    return dict(tuples(conn, statement, [wanted.portal_id]))


def _write(database: Database, wanted: Export, month: date | None, path: Path) -> dict[str, Any]:
    """Write one month's rows; answer how many, and the file's size and checksum."""
    view, moment = _relation(wanted)
    within = sql.SQL("{moment} is null")
    if month:
        within = sql.SQL(
            "{moment} >= %(month)s::date and {moment} < %(month)s::date + interval '1 month'"
        )
    rows = 0
    with database.transaction() as conn:
        columns = _columns(conn, wanted)
        query = sql.SQL("select {} from {} where portal_id = %(portal_id)s and ").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), view
        ) + within.format(moment=moment)
        with (
            FORMATS[wanted.form](path, columns) as write,
            conn.cursor(name="exported", row_factory=tuple_row) as cursor,
        ):
            cursor.execute(query, {"portal_id": wanted.portal_id, "month": month})
            while batch := cursor.fetchmany(ROWS_AT_ONCE):
                write(batch)
                rows += len(batch)
    with path.open("rb") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
    return {"rows": rows, "bytes": path.stat().st_size, "sha256": checksum}


def _columns(conn: Connection, wanted: Export) -> Columns:
    """Answer the view's columns with their types, without the portal: the file is of one."""
    view, _ = _relation(wanted)
    with conn.cursor() as cursor:
        cursor.execute(sql.SQL("select * from {} limit 0").format(view))
        described = cursor.description or []
    oids = [column.type_code for column in described]
    names = values(
        conn,
        "select typname from unnest(%s::oid[]) with ordinality as asked (oid, place)"
        " join pg_type using (oid) order by place",
        [oids],
    )
    kinds = zip((column.name for column in described), names, strict=True)
    return {name: kind for name, kind in kinds if name != "portal_id"}
