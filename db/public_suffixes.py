"""Keep the Public Suffix List in the database, where SQL reads it: below which domains everyone may
register a name.

The list is the library's own, which is released every few days; nothing is asked of the network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import publicsuffixlist

from db.connect import Connection
from db.queries import QUERIES

Rule = tuple[str, str]  # suffix and kind
_LIST = Path(publicsuffixlist.__file__).with_name("public_suffix_list.dat")


def store(conn: Connection) -> bool:
    """Make the table say what the list says; answer whether it said anything else."""
    found = conn.execute("select to_regclass('public_suffixes') is not null as here").fetchone()
    if not (found and found["here"]):
        return False
    rules = _listed()
    kept = conn.execute(QUERIES["digest_of_suffixes"]).fetchone()
    if kept and kept["digest"] == _digest(rules):
        return False
    conn.execute("delete from public_suffixes")
    columns = {"suffixes": [name for name, _ in rules], "kinds": [kind for _, kind in rules]}
    conn.execute(QUERIES["add_suffixes"], columns)
    conn.execute(QUERIES["rekey_companies"])
    return True


@cache
def _listed() -> tuple[Rule, ...]:
    """Read the library's list, in order."""
    return tuple(sorted(set(_rules(_LIST.read_text().splitlines()))))


@cache
def _digest(rules: tuple[Rule, ...]) -> str:
    """Answer what the query digest_of_suffixes answers of a table that holds these rules."""
    said = ",".join(f"{name} {kind}" for name, kind in rules)
    return hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()


def _rules(lines: Iterable[str]) -> Iterator[Rule]:
    """Yield every rule as (suffix, kind), in the letters of its language and as DNS writes them."""
    for line in lines:
        rule = line.strip().lower()
        if not rule or rule.startswith("//"):
            continue
        kind = {"*": "wildcard", "!": "exception"}.get(rule[0], "suffix")
        name = rule.removeprefix("*.").removeprefix("!")
        yield name, kind
        if not name.isascii():
            yield name.encode("idna").decode(), kind
