"""Hold what one read of HubSpot said of some records. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from hubspot.records import Links, Row


@dataclass(frozen=True)
class Fetched:
    """Hold one answer of HubSpot's.

    `rows` are the records as typed, `missing` the ids that it knows no longer, `read_at` when the
    reading began, `links` the links of records that were not read themselves. `neighbours` holds,
    for each record that came back, (type, id) of the records that link to it. `asked` are the
    properties that `rows` were read with.
    """

    rows: list[Row]
    missing: frozenset[str]
    read_at: datetime
    links: tuple[Links, ...] = ()
    neighbours: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()

    @cached_property
    def row_ids(self) -> frozenset[str]:
        return frozenset(row.hubspot_id for row in self.rows)

    @cached_property
    def ids(self) -> frozenset[str]:
        """Answer every id of which this read says anything."""
        return self.row_ids | self.missing | {links.hubspot_id for links in self.links}

    @cached_property
    def gone(self) -> frozenset[str]:
        """Answer the ids of which this read says something final: missing, or archived."""
        return self.missing | {row.hubspot_id for row in self.rows if row.archived}

    @cached_property
    def losers(self) -> dict[str, str]:
        """Map a former id to its survivor, as the survivors tell. hs_merged_object_ids is complete;
        hs_calculated_merged_vids misses chained merges:
        https://github.com/fivetran/dbt_hubspot/issues/168"""
        found = {}
        for row in self.rows:
            for loser in row.merged_ids:
                if loser != row.hubspot_id:
                    found[loser] = row.hubspot_id
        return found

    def without(self, hubspot_ids: Collection[str]) -> Fetched:
        """Leave these records out."""
        return replace(
            self,
            rows=[row for row in self.rows if row.hubspot_id not in hubspot_ids],
            missing=self.missing.difference(hubspot_ids),
            links=tuple(links for links in self.links if links.hubspot_id not in hubspot_ids),
        )

    def only(self, hubspot_id: str) -> Fetched:
        """Leave every other record out."""
        alone = self.without(self.ids - {hubspot_id})
        own = {each: found for each, found in self.neighbours.items() if each == hubspot_id}
        return replace(alone, neighbours=own)
