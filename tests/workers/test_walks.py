"""Stretches of ids: at any density each id is read by exactly one thread at a time and none is left
out."""

from __future__ import annotations

import random
from dataclasses import replace
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from db.scans import Scan, Stretch
from hubspot.objects import CONTACTS, DEALS
from hubspot.paging import Trail
from workers.walks import Walk, Walks

CHUNK = 1_000


def walk(ids: list[int], kind: object = CONTACTS) -> Walk:
    one = Walk(kind, Scan(1, "contacts", uuid4()), [Stretch(0, 0, None)])  # type: ignore[arg-type]
    one.newest, one.total = max(ids, default=0), len(ids)
    return one


def read(ids: list[int], stretch: Stretch) -> tuple[list[int], int | None]:
    """Answer what HubSpot's list would give: the next thousand ids above `after`, and the cursor if
    there are more."""
    found = [each for each in ids if each > stretch.after][:CHUNK]
    return found, found[-1] if found and found[-1] < ids[-1] else None


dense = st.integers(1, 60).map(lambda step: list(range(step, 9_000 * step, step)))
skewed = st.integers(0, 10**6).map(
    lambda seed: sorted({int(random.Random(seed + n).paretovariate(0.3)) for n in range(9_000)})
)


@settings(max_examples=30, deadline=None)
@given(ids=st.one_of(dense, skewed, st.just([])), seed=st.integers(0, 10**6))
def test_every_id_is_read_by_threads_of_any_speed(ids: list[int], seed: int) -> None:
    """Eight threads in random order: some have read, and not yet given back, while others cut their
    stretches."""
    chance, seen = random.Random(seed), list[int]()
    ids = [each for each in ids if each < 2**62]
    one = walk(ids)
    walks = Walks([one], lambda *_: None)
    reading: list[tuple[Stretch, list[int], int | None]] = []
    while one.open or one.busy:
        if len(reading) < 8 and (one.open or not reading or chance.random() < 0.7):
            taken = walks._free() or walks._cut()
            if taken:
                reading.append((taken[1], *read(ids, taken[1])))
                continue
        stretch, found, after = reading.pop(chance.randrange(len(reading)))
        current = walks.reached(one, stretch)
        mine = [each for each in found if current.until is None or each <= current.until]
        ended = after is None or (current.until is not None and after >= current.until)
        seen += mine
        walks.give_back(
            one, replace(current, after=after or current.after, done=ended), len(mine), True
        )
    assert sorted(set(seen)) == ids
    assert len(seen) < len(ids) + 8 * CHUNK


def test_a_long_stretch_is_cut_and_a_short_one_is_not() -> None:
    one = walk(list(range(1, 10_001)))
    noted: list[tuple[Stretch, Stretch]] = []
    walks = Walks([one], lambda _, lower, upper: noted.append((lower, upper)))
    assert walks.take() == (one, Stretch(0, 0, None))
    assert walks.take() == (one, Stretch(5_000, 5_000, None))
    assert noted == [(Stretch(0, 0, 5_000), Stretch(5_000, 5_000, None))]
    one.newest = 6_000
    assert walks._cut() == (one, Stretch(2_500, 2_500, 5_000))
    one.total = 3_500
    assert walks._cut() is None


def test_ids_that_begin_in_the_billions_are_shared_all_the_same() -> None:
    one = walk(list(range(9_050_000_000, 9_051_000_000, 100)))
    walks = Walks([one], lambda *_: None)
    taken = walks.take()
    assert taken
    walks.give_back(one, replace(taken[1], after=9_050_100_000), CHUNK, True)
    assert [walks.take() for _ in range(2)] == [
        (one, Stretch(0, 9_050_100_000, None)),
        (one, Stretch(9_050_549_950, 9_050_549_950, None)),
    ]


def test_threads_go_to_the_type_that_fewest_read() -> None:
    contacts, deals = walk([1]), walk([1], DEALS)
    contacts.open.append(Stretch(50, 50, None))
    walks = Walks([contacts, deals], lambda *_: None)
    assert [taken[0] for taken in (walks.take(), walks.take(), walks.take()) if taken] == [
        contacts,
        deals,
        contacts,
    ]


def test_a_type_that_failed_is_read_no_further_and_the_others_are() -> None:
    contacts, deals = walk([1]), walk([1], DEALS)
    contacts.open.append(Stretch(50, 50, None))
    walks = Walks([contacts, deals], lambda *_: None)
    taken = walks.take()
    assert taken
    walks.fail(*taken, "refused")
    assert walks.take() == (deals, Stretch(0, 0, None))
    walks.give_back(deals, Stretch(0, 0, None, done=True), 1, True)
    assert walks.take() is None
    assert (contacts.failure, contacts.finished, deals.finished) == ("refused", False, True)


def test_a_finish_that_fails_says_why() -> None:
    """All was read and given back when the end could not be committed."""
    one = walk([1])
    walks = Walks([one], lambda *_: None)
    taken = walks.take()
    assert taken and walks.give_back(one, replace(taken[1], done=True), 1, True)
    walks.fail(*taken, "OperationalError: the connection is lost")
    assert one.failure == "OperationalError: the connection is lost"


def test_a_type_whose_cursors_are_no_ids_is_not_cut() -> None:
    one = walk(list(range(1, 10_001)))
    one.trail = Trail("list of contacts")
    walks = Walks([one], lambda *_: None)
    assert walks.take() == (one, Stretch(0, 0, None))
    assert walks._cut() is None
