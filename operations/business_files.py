"""Load the company's own tables from CSV files: all that they say is checked first, and one mistake
keeps everything out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg

from db import business_tables as business
from db.connect import Connection
from operations.servers import Servers

TOLD = 20  # mistakes that are named; of more only their number


@dataclass(frozen=True, slots=True)
class BusinessTable:
    """One table: its key, and which of its columns name rows of which other table."""

    name: str
    key: tuple[str, ...]
    names_rows_of: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        return f"{self.name}.csv"


TABLES = (  # in the order in which they are loaded
    BusinessTable("users", ("user_id",)),
    BusinessTable("teams", ("team_id",)),
    BusinessTable(
        "team_membership", ("team_id", "user_id"), {"team_id": "teams", "user_id": "users"}
    ),
    BusinessTable("transactions", ("transaction_id",), {"user_id": "users"}),
)


class WrongFiles(Exception):
    """Raised where files hold mistakes: nothing was loaded. `mistakes` names file and line of
    each."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        rest = len(mistakes) - TOLD
        more = [f"and {rest:,} more mistakes"] if rest > 0 else []
        super().__init__("\n".join([*mistakes[:TOLD], *more]))
        self.mistakes = mistakes


@dataclass(slots=True)
class _Sheet:
    """What one file says: its columns, and its rows by line."""

    table: BusinessTable
    file: str
    names: list[str] = field(default_factory=list)
    rows: dict[int, list[Any]] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)

    def wrong(self, line: int, what: str) -> None:
        self.mistakes.append(f"{self.file}:{line}: {what}")

    def column(self, name: str) -> Iterator[tuple[int, Any]]:
        """Yield line and value of a column; nothing where the file does not have it."""
        if name in self.names:
            place = self.names.index(name)
            for line, row in self.rows.items():
                yield line, row[place]


def load(servers: Servers, folder: Path) -> dict[str, tuple[int, int]]:
    """Load users.csv, teams.csv, team_membership.csv and transactions.csv, those that are there;
    answer table → rows of the file, and how many of them are new or differ.

    1. Read each file: columns, numbers, times, keys. 2. Look for the rows that others name, in the
    files and in the tables. 3. Write all in one transaction. Raises WrongFiles.
    """
    with servers.database.transaction() as conn:
        types = _types(conn)
        sheets = []
        for table in TABLES:
            path = folder / table.file
            if path.is_file():
                sheets.append(_read(table, path, types[table.name]))
        if not sheets:
            names = ", ".join(table.file for table in TABLES)
            raise WrongFiles([f"{folder} holds none of {names}"])
        _check_named(conn, sheets)
        if mistakes := list(chain.from_iterable(sheet.mistakes for sheet in sheets)):
            raise WrongFiles(mistakes)
        return {sheet.table.name: (len(sheet.rows), _put(conn, sheet)) for sheet in sheets}


def _types(conn: Connection) -> dict[str, dict[str, str]]:
    """Answer table → column → type; raise WrongFiles where a table is a view of the company's."""
    types: dict[str, dict[str, str]] = {table.name: {} for table in TABLES}
    views = set()
    for row in business.columns(conn, types):
        types[row["table"]][row["name"]] = row["type"]
        if row["is_view"]:
            views.add(row["table"])
    if views:
        raise WrongFiles(
            [f"business.{name} is a view: load the tables behind it" for name in sorted(views)]
        )
    return types


def _put(conn: Connection, sheet: _Sheet) -> int:
    """Write a file's rows. Columns and constraints that the company added itself are judged by
    PostgreSQL."""
    rows = list(sheet.rows.values())
    try:
        return business.put(conn, sheet.table.name, sheet.table.key, sheet.names, rows)
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise WrongFiles([f"{sheet.file}: {error}"]) from error


def _read(table: BusinessTable, path: Path, types: Mapping[str, str]) -> _Sheet:
    sheet = _Sheet(table, path.name)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        sheet.mistakes.append(f"{path.name}: byte {error.start + 1:,} is not UTF-8")
        return sheet
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        sheet.names = [name.strip() for name in next(reader, [])]
        if _check_header(sheet, types):
            _read_rows(sheet, reader, types)
    except csv.Error as error:
        sheet.wrong(reader.line_num, str(error))
    return sheet


def _check_header(sheet: _Sheet, types: Mapping[str, str]) -> bool:
    unknown = [name for name in sheet.names if name not in types]
    lacking = [name for name in sheet.table.key if name not in sheet.names]
    if unknown:
        known = ", ".join(types)
        sheet.wrong(1, f"no column {', '.join(map(repr, unknown))}; there are {known}")
    if lacking:
        sheet.wrong(1, f"the key {', '.join(lacking)} is missing")
    if len(set(sheet.names)) < len(sheet.names):
        sheet.wrong(1, "a column comes twice")
    return not sheet.mistakes


def _read_rows(sheet: _Sheet, reader: Any, types: Mapping[str, str]) -> None:
    """Read each row, and note the line where a key came before. Empty lines are none."""
    places = [sheet.names.index(name) for name in sheet.table.key]
    first: dict[tuple[str, ...], int] = {}
    begins = reader.line_num + 1
    for cells in reader:
        line, begins = begins, reader.line_num + 1
        if not any(cells):
            continue
        if len(cells) != len(sheet.names):
            sheet.wrong(line, f"{len(cells)} values for {len(sheet.names)} columns")
            continue
        row = []
        for name, cell in zip(sheet.names, cells, strict=True):
            row.append(_value(sheet, line, name, cell, types))
        key = tuple(str(row[place] or "") for place in places)
        if not all(key):
            sheet.wrong(line, f"{' and '.join(sheet.table.key)} must not be empty")
        elif key in first:
            sheet.wrong(line, f"{', '.join(key)} is on line {first[key]} already")
        else:
            first[key] = line
            sheet.rows[line] = row


def _value(sheet: _Sheet, line: int, name: str, cell: str, types: Mapping[str, str]) -> Any:
    """Read a cell by its column's type; an empty one is NULL. Ids keep their blanks out."""
    text = cell.strip()
    if not text:
        return None
    try:
        if types[name] == "numeric":
            return _number(text)
        if types[name].startswith("timestamp"):
            return datetime.fromisoformat(text)
    except (ValueError, InvalidOperation):
        wanted = "a time such as 2026-01-31T09:30:00Z"
        if types[name] == "numeric":
            wanted = "a number"
        sheet.wrong(line, f"{name} is {cell!r}, not {wanted}")
        return None
    if "\0" in text:
        sheet.wrong(line, f"{name} holds a zero byte")
        return None
    return text


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    return number


def _check_named(conn: Connection, sheets: Sequence[_Sheet]) -> None:
    """Note rows that name a user or team which is neither in the files nor in the tables."""
    given = {sheet.table.name: sheet for sheet in sheets}
    for sheet in sheets:
        for name, to in sheet.table.names_rows_of.items():
            ids = business.known_ids(conn, to)
            if to in given:
                ids |= {value for _, value in given[to].column(f"{to.removesuffix('s')}_id")}
            for line, value in sheet.column(name):
                if value is not None and value not in ids:
                    sheet.wrong(line, f"{name} {value} is in no {to}.csv and not in business.{to}")
