"""18, 19: values that no column takes, and strings that want to be SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from hubspot.columns import TEXT, Column
from hubspot.json_text import storable
from hubspot.objects import OBJECT_TYPES, ObjectType
from lab.benchmarks import truth
from lab.faults.scenario import Plan, Result, scenario
from lab.faults.sender import Sender
from lab.faults.stage import Stage, staged
from lab.simulated import Scene

_SCENE = Scene(
    {"contacts": 20, "companies": 10, "deals": 10, "calls": 10}, latency_ms=5, rate_limit=5_000
)
_KINDS = tuple(OBJECT_TYPES[name] for name in ("contacts", "companies", "deals", "calls"))
_VALUES = (
    "\x00", "a\x00b", "\ud800", "a\udfffb", "\U0010ffff", "\u202e\u0301", "\x01\x1f\x7f", "é" * 900,
    "x" * 3_000,
    "𝄞" * 2_000, "1e400", "-1e400", "1e-400", "NaN", "Infinity", "9" * 400, "9" * 5_000, "0x10",
    "1,000.00", "1_000",
    "٣", "--1", "2147483648", "-9223372036854775809", "99999-01-01", "10000-01-01T00:00:00Z",
    "0000-00-00",
    "2026-02-30", "2026-13-01T25:61:61Z", "9" * 20, "-62135596800001", "253402300800000", "soon",
    "infinity",
    "2026-01-01T00:00:00+99:00", "maybe", "TRUE;", "yes\x00", "{}", "[" * 500, '{"a":' * 200,
    "null", " ", "\ufeff",
    "%s %(x)s {0}", "\\x00", "$$;--",
)  # fmt: skip
_HUGE = "x" * 10_000_000
_SEEDS = (
    "'; drop table hubspot_contacts_raw; --", '"; drop schema hubspot cascade; --',
    "1); delete from portals; --",
    "') or 1=1 --", "$$; create role evil superuser; $$", "E'\\047; drop table x'",
    "\\'; select pg_sleep(9); --",
    "%s", "%(portal_id)s", "{table}", "{0}", ":id", "?", "x' union select * from portals --", '"',
    "'", "\\", ";",
    "/* */", "*/ drop view contacts /*", "hubspot_contacts_raw", "pg_catalog.pg_class",
    "\u02bc; drop table x; --",
    "\uff07; drop table x; --", "a" * 63 + "'; --", "a" * 64, "select", "User",
    "${jndi:ldap://x}", "\u0027", "`rm`",
    "\r\n;\r\n--",
)  # fmt: skip
_NAMES = ("firstname", "lastname", "city", "jobtitle")
# A property of such a name gets a column in his own view, under a name of letters, digits
# and underscores alone (db/typed_columns.py); all else must stay as it was.
_TYPED = """
    select format('%I.%I', 'hubspot' || coalesce('_' || nullif(portal_id, 0), ''), name)::regclass
      from hubspot.typed_views
"""
_STRANGE_COLUMNS = f"""
    select count(*) as n from pg_attribute
     where attnum > 0 and attrelid in ({_TYPED}) and attname !~ '^[a-z_][a-z0-9_]*$'
"""
_CATALOG = f"""
    select md5(string_agg(line, e'\\n' order by line)) as digest, count(*) as objects from (
        select format('%s %s %s %s', relname, relkind, relnamespace::regnamespace, relacl) as line
            from pg_class
         where relnamespace::regnamespace::text not like 'pg\\_t%'
        union all
        select format('%s.%s %s %s', attrelid::regclass, attname, atttypid::regtype, attnotnull)
            from pg_attribute
         where attnum > 0 and attrelid::regclass::text not like 'pg\\_t%'
             and attrelid not in ({_TYPED})
        union all select format('%s %s %s', proname, pronamespace::regnamespace, md5(prosrc))
            from pg_proc
        union all select format('%s %s %s', rolname, rolsuper, rolcanlogin) from pg_roles
        union all select format('%s %s', conname, pg_get_constraintdef(oid)) from pg_constraint
        union all select format('%s %s', viewname, md5(definition)) from pg_views
         where format('%I.%I', schemaname, viewname)::regclass not in ({_TYPED})
        union all select format('%s %s', nspname, nspacl) from pg_namespace
            where nspname not like 'pg\\_t%'
        union all select format('%s %s', tgname, tgrelid::regclass) from pg_trigger
        union all select datname from pg_database) as everything
"""


Case = tuple[str, Column, str]


@dataclass(frozen=True, slots=True)
class _Counts:
    """What became of the cases; `huge` rows hold the value of 10 MB."""

    cases: int
    wrong: int
    silent: int
    neighbours: int
    letters: int
    reported: int
    huge: int


@scenario(
    18,
    "Hostile values",
    "strings that are no number, no time, no text of PostgreSQL, in a column of each kind of "
    "contacts, companies,"
    " deals and calls, each in a record of its own with a good neighbour; and one value of 10 MB",
    "at least 200 cases: every row kept, its raw value too, what fits no column NULL there, each "
    "of them reported; neighbours equal; no dead letter",
)
def hostile_values(plan: Plan) -> Result:
    values = _VALUES[:: plan.size(1, 12)]
    with staged(_SCENE) as stage:
        cases = {kind.name: _place(stage, kind, values) for kind in _KINDS}
        _place_huge(stage)
        stage.hubspot.wait_until_quiet()
        stage.drain()
        found = _counted(stage, cases)
    return Result(_told(found), _is_right(found, plan.size(200, 1)))


def _place_huge(stage: Stage) -> None:
    """Place one value of 10 MB, and tell of it."""
    record = {"properties": {"city": _HUGE}}
    [huge] = stage.hubspot.call("import", type="contacts", records=[record])["ids"]
    sender = Sender(stage.stack)
    sender.post([sender.event(int(huge))])


def _counted(stage: Stage, cases: dict[str, list[Case]]) -> _Counts:
    return _Counts(
        cases=sum(map(len, cases.values())) + 1,
        wrong=sum(not _is_kept(stage, kind, *case) for kind in _KINDS for case in cases[kind.name]),
        silent=_silent(stage, cases),
        neighbours=_unequal_neighbours(stage, cases),
        letters=stage.count("dead_letters"),
        reported=stage.select("select sum(occurrences)::int as n from value_issues")[0]["n"] or 0,
        huge=stage.count(
            "hubspot_contacts_raw where length(raw_json->'properties'->>'city') = %s", len(_HUGE)
        ),
    )


def _unequal_neighbours(stage: Stage, cases: dict[str, list[Case]]) -> int:
    found = truth.differences(stage.stack)
    bad = {name: {hubspot_id for hubspot_id, *_ in placed} for name, placed in cases.items()}
    return sum(len(set(ids) - bad.get(name, set())) for name, ids in found.items())


def _told(found: _Counts) -> str:
    return (
        f"{found.cases} cases, {found.wrong} not as they should be, {found.reported} reports, "
        f"{found.silent} missing, {found.neighbours} neighbours unequal, "
        f"{found.letters} dead letters; 10 MB {'kept' if found.huge else 'LOST'}"
    )


def _is_right(found: _Counts, cases: int) -> bool:
    faults = found.wrong or found.silent or found.neighbours or found.letters
    return not faults and found.huge == 1 and found.cases >= cases


def _place(stage: Stage, kind: ObjectType, values: Sequence[str]) -> list[Case]:
    """Place one record per column kind and value, and a good one beside each."""
    columns = {column.kind: column for column in kind.columns if column.property != kind.modified}
    wanted = [(column, value) for column in columns.values() for value in values]
    records: list[dict[str, Any]] = []
    for column, value in wanted:
        records += [{"properties": {column.property: value}}, {"properties": {}}]
    ids = stage.hubspot.call("import", type=kind.name, records=records, events=True)["ids"]
    return [
        (hubspot_id, column, value)
        for hubspot_id, (column, value) in zip(ids[::2], wanted, strict=True)
    ]


def _is_kept(stage: Stage, kind: ObjectType, hubspot_id: str, column: Column, value: str) -> bool:
    """Tell whether raw_json has the value as it came, with a replacement for what PostgreSQL cannot
    hold. A column of text must have the same or nothing."""
    rows = stage.select(
        f"select \"{column.name}\" as typed, raw_json->'properties'->>%s as raw from {kind.table}"
        " where hubspot_id = %s",
        column.property,
        hubspot_id,
    )
    kept = storable(value)[0]
    return (
        len(rows) == 1
        and rows[0]["raw"] == kept
        and (column.kind is not TEXT or rows[0]["typed"] in (kept, None))
    )


def _silent(stage: Stage, cases: Mapping[str, Sequence[Case]]) -> int:
    """Count the values that were left out of their column or altered without a report: a property
    has fewer reports than such values."""
    missing = 0
    for name, placed in cases.items():
        for column in {column for _, column, _ in placed}:
            ids = {hubspot_id: value for hubspot_id, of, value in placed if of == column}
            rows = stage.select(
                f'select hubspot_id, "{column.name}" is null as empty from '
                f"{OBJECT_TYPES[name].table}"
                " where hubspot_id = any(%s)",
                list(ids),
            )
            unfit = sum(row["empty"] or storable(ids[row["hubspot_id"]])[1] for row in rows)
            told = (
                "select coalesce(sum(occurrences), 0)::int as n from value_issues"
                " where object_type = %s"
            )
            told_of = stage.select(f"{told} and property = %s", name, column.property)[0]["n"]
            missing += max(0, unfit - told_of)
    return missing


@scenario(
    19,
    "SQL injection",
    "10,000 strings, mutated from 32 that break out of quotes, comments and placeholders: as "
    "values, as names of properties and as every field of events",
    "catalog unchanged; every value equal",
)
def injection(plan: Plan) -> Result:
    strings = _corpus(plan.seed, plan.size(10_000, 400))
    with staged(_SCENE) as stage:
        before = stage.select(_CATALOG)
        share = len(strings) // 10
        _as_values(stage, strings[: -2 * share])
        _as_names(stage, strings[-2 * share : -share])
        _as_events(stage, strings[-share:])
        stage.hubspot.wait_until_quiet()
        stage.stack.backfill()
        stage.settle()
        after, unequal = stage.select(_CATALOG), stage.unequal()
        [strange] = stage.select(_STRANGE_COLUMNS)
    same = "unchanged" if before == after else "CHANGED"
    counted = (
        f"{len(strings):,} strings, catalog of {before[0]['objects']:,} objects {same} (but "
        "for the columns of"
    )
    counted += (
        f" properties named so, {strange['n']} of a name that needs quotes), {unequal} unequal"
    )
    return Result(counted, before == after and not strange["n"] and not unequal)


def _corpus(seed: int, count: int) -> list[str]:
    """Make distinct strings: a seed, pieces of others, and letters between."""
    random, found = Random(seed), dict[str, None]()
    while len(found) < count:
        parts = random.choices(_SEEDS, k=random.randint(1, 3))
        found[
            "".join(
                [*parts, random.choice(_SEEDS)[: random.randint(0, 9)], str(random.randint(0, 99))]
            )
        ] = None
    return list(found)


def _as_values(stage: Stage, strings: Sequence[str]) -> None:
    records = [
        {"properties": dict(zip(_NAMES, strings[start : start + len(_NAMES)], strict=False))}
        for start in range(0, len(strings), len(_NAMES))
    ]
    stage.hubspot.call("import", type="contacts", records=records, events=True)


def _as_names(stage: Stage, strings: Sequence[str]) -> None:
    """Define each name as a property of companies, ten to a record. HubSpot takes no space around a
    name."""
    names = [text.strip() for text in strings]
    records = [
        {"properties": {name: name for name in names[start : start + 10]}}
        for start in range(0, len(names), 10)
    ]
    stage.hubspot.call("import", type="companies", records=records, events=True)


def _as_events(stage: Stage, strings: Sequence[str]) -> None:
    sender = Sender(stage.stack)
    for start in range(0, len(strings), 100):
        events = [
            sender.event(
                text, subscriptionType=text, propertyName=text, objectTypeId=text, changeSource=text
            )
            | {text: text}
            for text in strings[start : start + 50]
        ]
        events += [
            sender.event(
                1,
                "contact.associationChange",
                fromObjectId=text,
                toObjectId=text,
                associationType=text,
            )
            for text in strings[start + 50 : start + 100]
        ]
        assert sender.post(events).status == 204
