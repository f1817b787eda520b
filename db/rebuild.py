"""Build our views, functions and triggers from their files; what stands as its file says stays.

Replacing a view waits for every transaction that read it, and all new readers wait behind us. A
trigger waits for every transaction that wrote to its table. So a file is built again only when its
text changed, or when its work is gone or was changed by hand: `built_files` keeps the checksum of
both.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from db import dbt_schema, extensions, grants
from db.arrays import arrays
from db.connect import Connection
from db.locks import LockBudget
from db.per_type import EACH_TYPE, written_out
from db.queries import QUERIES
from db.row_shapes import tuples, values
from hubspot.objects import OBJECT_TYPES, ObjectType

FUNCTIONS = "functions"  # beside the views, which they may read
_CREATED = re.compile(r"^ *create or replace (view|function|trigger) (\w+)", re.MULTILINE)
_COMMENT = re.compile(r"--.*")
log = logging.getLogger(__name__)
_HEADER = re.compile(r"\A(?:--.*\n)+")


@dataclass(frozen=True, slots=True)
class Source:
    """Hold one file of SQL: its text and what it creates, as (view, function or trigger, name)."""

    file: str
    text: str
    created: tuple[tuple[str, str], ...]

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def of(self, *kinds: str) -> list[str]:
        """Name what it creates of these kinds."""
        return [name for kind, name in self.created if kind in kinds]

    @property
    def names(self) -> list[str]:
        return self.of("view", "function")

    @property
    def has_triggers(self) -> bool:
        """Tell whether it has triggers. Its text takes locks on tables. PL/pgSQL looks up what it
        calls when it runs, so it need not be built again for a change of those."""
        return bool(self.of("trigger"))

    @property
    def has_model(self) -> bool:
        return self.file.startswith(f"{dbt_schema.FOLDER}/")

    @property
    def header(self) -> str:
        """Answer the comment at the file's top, as one paragraph."""
        found = _HEADER.search(self.text)
        lines = found.group().splitlines() if found else []
        return " ".join(line.removeprefix("--").strip() for line in lines)

    @property
    def words(self) -> frozenset[str]:
        """Answer every word of its code: what it needs is among them."""
        return frozenset(re.findall(r"\w+", _COMMENT.sub("", self.text)))


def sources(folder: Path, kinds: Iterable[ObjectType] = OBJECT_TYPES.values()) -> list[Source]:
    """Read the files of views, of functions and of models, each after all that it needs.

    Raises ValueError for files that need one another."""
    known = list(kinds)
    folders = (folder, *(folder.parent / each for each in (FUNCTIONS, dbt_schema.FOLDER)))
    paths = sorted(path for each in folders for path in each.rglob("*.sql"))
    single = _read([path for path in paths if EACH_TYPE not in path.name], folder.parent, known)
    by_type = _read([path for path in paths if EACH_TYPE in path.name], folder.parent, known)
    # A type may have a view written by hand in the place of the common one.
    taken = set(_names(single))
    common = [each for each in by_type if taken.isdisjoint(each.names)]
    return ordered([*single, *common])


def _read(paths: Sequence[Path], root: Path, kinds: Sequence[ObjectType]) -> list[Source]:
    found = []
    for path in paths:
        for file, text in written_out(path.relative_to(root), path.read_text(), kinds):
            found.append(Source(file, text, tuple(_CREATED.findall(text))))
    return found


def _names(found: Iterable[Source]) -> list[str]:
    """Name the views and functions of these files."""
    return [name for each in found for name in each.names]


def ordered(found: Sequence[Source]) -> list[Source]:
    """Put each file behind those whose names stand in its code, else keep their order."""
    maker = {name: each.file for each in found for name in each.names}
    needs: dict[str, set[str]] = {}
    for each in found:
        needs[each.file] = {maker[word] for word in each.words & maker.keys()}
    done: list[Source] = []
    left = list(found)
    while left:
        built = {each.file for each in done}
        ready = [each for each in left if needs[each.file] - built <= {each.file}]
        if not ready:
            raise ValueError(f"these files need one another: {[each.file for each in left]}")
        done += ready
        left = [each for each in left if each not in ready]
    return done


def rebuild(
    conn: Connection,
    folder: Path,
    budget: LockBudget,
    everything: bool = False,
    models: bool = True,
) -> list[str]:
    """Build every file that is due, or `everything` but triggers, in order; answer all names.
    Without `models`, whose schema is not ours: all but them.

    Where a column changed its name or type, PostgreSQL refuses to replace a view. Then ours are
    dropped first, which fails (and undoes all) if views of yours use them. Rights are given again.
    """
    found = [each for each in sources(folder) if models or not each.has_model]
    built = set(tuples(conn, QUERIES["built_files"]))
    if models:  # first of all: what they read could not be dropped
        gone = {Path(file).stem for file, *_ in built} - {Path(each.file).stem for each in found}
        dbt_schema.drop_gone(conn, _schema(conn), gone, budget)
    changed = _due(conn, found, built)
    due = _all_but_triggers(found, changed) if everything else _with_dependents(found, changed)
    if due:
        inherited = grants.inherited(conn, _names(due))
        _build(conn, found, due, budget)
        grants.give(conn, inherited)
        extensions.fix_paths(conn, _schema(conn))
        _note(conn, found)
    _drop_gone_functions(conn, found)
    return _names(found)


def _all_but_triggers(found: Sequence[Source], due: Collection[Source]) -> list[Source]:
    """Answer the files that take no lock on a table, and the others where they are due."""
    return [each for each in found if each in due or not each.has_triggers]


def _with_dependents(found: Sequence[Source], due: Sequence[Source]) -> list[Source]:
    """Add the files that need these: `select *` of a view that gained a column is that column
    short."""
    names = set(_names(due))
    chosen = []
    for each in found:  # in order, so that one pass reaches all
        if each in due:
            chosen.append(each)
        elif each.words & names and not each.has_triggers:
            names |= set(each.names)
            chosen.append(each)
    return chosen


def _due(conn: Connection, found: Sequence[Source], built: Collection[Any]) -> list[Source]:
    """Answer the files that were never built in this form, or whose work no longer stands."""
    standing = _definitions(conn, found)
    return [each for each in found if (each.file, each.checksum, standing[each.file]) not in built]


def _definitions(conn: Connection, found: Sequence[Source]) -> dict[str, str]:
    """Answer, file by file, a checksum of what stands in the database of it."""
    standing = dict(tuples(conn, QUERIES["standing_definitions"], {"names": _names(found)}))
    return {each.file: " ".join(map(standing.__getitem__, each.names)) for each in found}


def _build(
    conn: Connection, found: Sequence[Source], due: Sequence[Source], budget: LockBudget
) -> None:
    try:
        with conn.transaction():
            _create(conn, due, budget)
    except (
        psycopg.errors.InvalidTableDefinition,
        psycopg.errors.InvalidFunctionDefinition,
        psycopg.errors.DependentObjectsStillExist,
    ):
        _create_after_drop(conn, _all_but_triggers(found, due), budget)


def _create_after_drop(conn: Connection, found: Sequence[Source], budget: LockBudget) -> None:
    """Drop and create, but keep functions that others hold: their triggers, policies, views."""
    created = list(chain.from_iterable(source.created for source in found))
    views = list(chain.from_iterable(source.of("view") for source in found))
    schema = _schema(conn)
    homes = dbt_schema.homes(schema, views)
    given = {home: grants.read(conn, names, home) for home, names in homes.items()}
    held = _held(conn, found, views)
    for kind, name in reversed(created):
        if kind == "view" or (kind == "function" and name not in held):
            drop = sql.SQL(f"drop {kind} if exists {{}}")
            budget.run(conn, drop.format(dbt_schema.place(schema, name)))
    _create(conn, found, budget)
    for home, names in homes.items():
        grants.restore(conn, names, given[home], home)


def _held(conn: Connection, found: Sequence[Source], views: Sequence[str]) -> set[str]:
    asked = {"names": _names(found), "views": list(views)}
    return set(values(conn, QUERIES["held_functions"], asked))


def _create(conn: Connection, due: Sequence[Source], budget: LockBudget) -> None:
    homes, before, schema = extensions.homes(conn), _forms(conn, due), _schema(conn)
    for each in due:
        views = [dbt_schema.place(schema, view) for view in each.of("view")]
        text = dbt_schema.located(extensions.located(each.text, homes), schema)
        comments = [_comment(view, each.header) for view in views]
        budget.run(conn, sql.SQL(";\n").join([sql.SQL(text), *comments]))
        if each.names and each.names[0] in before:
            _drop_former(conn, each, before[each.names[0]])
        if each.has_triggers:
            _drop_left_triggers(conn, each)


def _forms(conn: Connection, due: Sequence[Source]) -> dict[str, set[str]]:
    """Answer the functions that stand, by name: each with its types of arguments."""
    rows = conn.execute(QUERIES["forms_of_functions"], {"names": _names(due)})
    forms: dict[str, set[str]] = {}
    for row in rows:
        forms.setdefault(row["name"], set()).add(row["form"])
    return forms


def _drop_former(conn: Connection, source: Source, before: set[str]) -> None:
    """Drop a function's form of before where its file gives it other arguments now. PostgreSQL
    keeps both, and a call that fits both is an error."""
    [forms] = _forms(conn, [source]).values()
    if forms - before:
        for form in sorted(before):
            conn.execute(sql.SQL(f"drop function {form}"))


def _drop_gone_functions(conn: Connection, found: Sequence[Source]) -> None:
    """Drop the functions of files that are no more, but what others still use."""
    files = arrays(found, files="file")
    gone = {
        Path(file).stem
        for file in values(conn, QUERIES["forget_gone_files"], files)
        if file.startswith(FUNCTIONS)
    }
    names = sorted(gone.difference(_names(found)))
    left = conn.execute(QUERIES["forms_of_functions"], {"names": names})
    for row in left.fetchall():
        try:
            with conn.transaction():
                conn.execute(sql.SQL(f"drop function {row['form']}"))
        except psycopg.errors.DependentObjectsStillExist as error:
            log.warning("%s is not needed any more and stays: %s", row["form"], error)


def _drop_left_triggers(conn: Connection, source: Source) -> None:
    """Drop the triggers that a file named before and names no more: both would fire."""
    asked = {"functions": source.names, "named": source.of("trigger")}
    left = conn.execute(QUERIES["left_triggers"], asked)
    for row in left.fetchall():
        conn.execute(
            sql.SQL("drop trigger {} on {}").format(
                sql.Identifier(row["name"]), sql.Identifier(row["schema"], row["table"])
            )
        )


def _comment(view: sql.Identifier, header: str) -> sql.Composed:
    """Let psql and BI tools show what the file says of its view."""
    return sql.SQL("comment on view {} is {}").format(view, sql.Literal(header))


def _schema(conn: Connection) -> str:
    row = conn.execute("select current_schema() as name").fetchone()
    assert row is not None
    return str(row["name"])


def _note(conn: Connection, found: Sequence[Source]) -> None:
    standing = _definitions(conn, found)  # in the order of the files
    columns = arrays(found, files="file", checksums="checksum")
    conn.execute(QUERIES["note_built_files"], columns | {"definitions": list(standing.values())})
