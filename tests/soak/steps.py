"""What can happen, how often, and with what arguments. Each step is a method of Life."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

import jobs
from tests.soak.interruptions import MOMENTS
from tests.soak.polled import CHANGEABLE
from tests.soak.portals import GUESTS, OTHERS, POPULATION

EDITS = ("update", "create", "archive", "restore", "associate", "dissociate", "merge")
FAULTS = (
    "status 500", "status 503", "status 400", "locked", "moving", "rate_limit", "daily_limit",
    "timeout",
    "unauthenticated", "cut", "html",
)  # fmt: skip

KINDS_OF_FAULTS = (
    ("status 500", "status 503", "timeout"),
    ("locked", "moving", "rate_limit", "daily_limit"),
    ("status 400", "unauthenticated"),
    ("cut", "html"),
)  # fmt: skip

# What a soak must have gone through, by the names under which it is counted.
HAPPENINGS = (
    *EDITS, "purge", "calculate", "make_primary()", "label()", "chained merges",
    "removals tell nobody",
    "old ids are followed", "both portals",
    "duplicates", "disorder", "lost answers", "rests after lost deliveries",
    *(f"killed {moment}" for moment in MOMENTS),
    "killed anywhere", "disconnected", "lost jobs", "slowly", "together", "nightly healing",
    "replayed", "learnt pairs", "polled families equal",
    *(f"{each} came back equal" for each in OTHERS),
)  # fmt: skip


def missing(tally: Counter[str]) -> list[str]:
    """List what has not happened yet of all that can."""
    never_struck = [
        f"struck by {' or '.join(faults)}"
        for faults in KINDS_OF_FAULTS
        if not any(tally[f"struck by {each}"] for each in faults)
    ]
    return [each for each in HAPPENINGS if not tally[each]] + never_struck


place = st.sampled_from([0, 0, 0, 1])
name = st.sampled_from([*sorted(POPULATION), *GUESTS])
guest = st.sampled_from(GUESTS)
share = st.sampled_from([0.0, 0.5, 1.0])
seed = st.integers(0, 999)
what = st.sampled_from(["hear", "hear", "ingest", "fetch", "fetch", "fetch", "all that is queued"])
how = st.sampled_from(
    ["plainly", "plainly", "slowly", "slowly", "killed", "disconnected", "together"]
)
moment = st.integers(1, 400)
scan = st.sampled_from([jobs.BACKFILL] * 8 + [jobs.NIGHTLY, jobs.RECONCILE, jobs.POLLING])


@dataclass(frozen=True)
class Step:
    name: str
    arguments: dict[str, Any]


def often(times: int, step: str, /, **arguments: SearchStrategy[Any]) -> list[SearchStrategy[Step]]:
    return [st.builds(Step, st.just(step), st.fixed_dictionaries(arguments)) for _ in range(times)]


def one(of: SearchStrategy[str]) -> SearchStrategy[list[str]]:
    return of.map(lambda each: [each])


ALWAYS = [
    *often(
        4,
        "edit",
        place=place,
        names=st.lists(name, min_size=1, max_size=4, unique=True),
        kinds=st.lists(st.sampled_from(EDITS), min_size=1, max_size=3),
        count=st.integers(1, 6),
        seed=seed,
    ),
    *often(
        6,
        "edit",
        place=place,
        names=one(name),
        kinds=one(st.sampled_from(EDITS)),
        count=st.just(1),
        seed=seed,
    ),
    *often(1, "purge", place=place, name=name, seed=seed),
    *often(
        1,
        "make_primary",
        place=place,
        name=st.sampled_from(["contacts", "deals"]),
        start=seed,
        end=seed,
    ),
    *often(
        1,
        "behave",
        tells=st.booleans(),
        follows=st.booleans(),
        form=st.sampled_from(["auto", "generic"]),
    ),
    *often(
        1,
        "deliver_badly",
        duplicates=share,
        disorder=share,
        lost_answers=st.sampled_from([0.0, 0.3, 0.6]),
    ),
    *often(
        2,
        "fail",
        place=place,
        name=name,
        fault=st.sampled_from(FAULTS),
        times=st.integers(1, 3),
        link=st.booleans(),
        seed=seed,
    ),
    *often(
        2,
        "die",
        place=place,
        name=name,
        what=st.sampled_from(["hear", "fetch"]),
        moment=st.sampled_from(sorted(MOMENTS)),
        seed=seed,
    ),
    *often(2, "overtake", place=place, name=name, link=st.booleans(), seed=seed),
    *often(9, "work", place=place, name=name, what=what, how=how, moment=moment),
    *often(3, "answers_arrive"),
    *often(1, "pass_time", seconds=st.sampled_from([20, 100, 1_000]), loses_jobs=st.booleans()),
    *often(2, "rest"),
]
# Of the types that not every life has.
OF_GUESTS = [
    *often(4, "tour", place=place, name=guest, seed=seed),
    *often(2, "pair_up", place=place, name=guest, other=seed, start=seed, end=seed),
    *often(3, "change_unheard", place=place, family=st.sampled_from(CHANGEABLE), seed=seed),
]
LOSSY = [
    *often(1, "drop", dropped=share),
    *often(1, "calculate", place=place, name=name, seed=seed),
    *often(1, "label", place=place, start=seed, end=seed),
]
BULKY = often(
    1,
    "scan",
    place=place,
    job=scan,
    how=st.sampled_from(["plainly", "slowly", "killed"]),
    moment=moment,
)


def steps(lossy: bool, bulky: bool, with_guests: bool) -> SearchStrategy[Step]:
    """Answer the steps to draw from. `with_guests`: other types are there, too. `lossy`: deliveries
    may be dropped, and things happen that HubSpot tells no app. `bulky`: scans run beside the live
    path, and may bring what it missed."""
    more = [*(LOSSY if lossy else ()), *(BULKY if bulky else ())]
    return st.one_of(*ALWAYS, *more, *(OF_GUESTS if with_guests else ()))
