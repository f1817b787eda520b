"""Conclude from one read of HubSpot, once the guard has said which of its rows are newer. Pure.

In: `Fetched`, what HubSpot said, and `Written`, what the guard let in. Out: which records came
back, went or lost (`Conclusions`), and which records must be read again because of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from db.changes import Mark
from hubspot.catalogue import Catalogue
from hubspot.mirrored import Mirrored
from workers.fetched import Fetched


@dataclass(frozen=True, slots=True)
class Written:
    """Hold the rows that the guard let in.

    `new` are ids of rows that were not here, `kept` of rows that were not older than ours, `merged`
    of records that were merged away. `shown` tells which ids of this read had a row before, and
    whether it showed.
    """

    new: frozenset[str]
    kept: frozenset[str]
    merged: frozenset[str]
    shown: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Conclusions:
    """Hold ids by what became of them: `returned` show again, `gone` show no more, `vanished` may
    have shown before, `lost` carried links and were older than ours, `outdated` were older at
    all."""

    returned: frozenset[str]
    gone: frozenset[str]
    vanished: frozenset[str]
    lost: frozenset[str]
    outdated: frozenset[str]


def conclude_from(fetched: Fetched, written: Written) -> Conclusions:
    """Say which records came back, went or lost."""
    alive = {row.hubspot_id for row in fetched.rows if not row.archived}
    shows = alive & written.kept
    hidden = {each for each, visible in written.shown.items() if not visible}
    # What never had a row here vanishes, too: others may have been read while it was there.
    gone = (fetched.gone | fetched.losers.keys()) - shows
    linked = {row.hubspot_id for row in fetched.rows if row.links}
    return Conclusions(
        returned=frozenset(hidden & shows),
        gone=frozenset(gone),
        vanished=frozenset(gone - hidden),
        lost=frozenset(linked - written.kept),
        outdated=fetched.row_ids - written.kept,
    )


def incomplete(of: Mirrored, fetched: Fetched, fresh: Collection[str]) -> Iterator[Mark]:
    """Mark rows that are new or back but came without all of their links. An edit overtook the
    creation, or the mark that asked for the links became a dead letter."""
    wanted = of.links
    for row in fetched.rows:
        lacking = wanted - row.links.keys()
        if lacking and row.hubspot_id in fresh and not row.archived:
            yield Mark(of.portal_id, of.name, row.hubspot_id, lacking, whole=False)


def back_in_links(
    of: Mirrored,
    fetched: Fetched,
    returned: Collection[str],
    types: Catalogue,
) -> Iterator[Mark]:
    """Mark the records that link to a record which came back: it is in their links again. Where
    HubSpot was not asked yet which these are, that is to be asked."""
    links = frozenset({of.name})
    others = frozenset().union(*fetched.neighbours.values())
    for to, hubspot_id in sorted(others):
        yield Mark(of.portal_id, to, hubspot_id, links, whole=False)
    if not any(types.linking(of.kind)):
        return
    for hubspot_id in sorted({*returned} - fetched.neighbours.keys()):
        yield Mark(of.portal_id, of.name, hubspot_id, whole=False, other_ends=True)
