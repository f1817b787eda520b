"""The tables of the Sales page, as data: one more is one entry here and one named read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A column of a table: its name in the rows, its head, and the unit of its figures."""

    name: str
    head: str
    unit: str = ""  # none: words


@dataclass(frozen=True, slots=True)
class Listed:
    """A table, by its name in analytics/sales_reads.py unless `read` says another."""

    name: str
    title: str
    columns: tuple[ShownTable, ...]
    empty: str = "Nothing in this period."
    metric: str = ""  # the key in the view `metrics` that says what it means
    read: str = ""
    kind: str = ""  # of the rows that are shown; none: all of them
    is_drawn: bool = False  # the page draws it, and has it as a file

    @property
    def source(self) -> str:
        """Answer the name of the read."""
        return self.read or self.name

    def of(self, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Answer the rows that the table shows."""
        return [row for row in rows if not self.kind or row["kind"] == self.kind]


_WON = (
    ShownTable("won", "Won", "n"),
    ShownTable("lost", "Lost", "n"),
    ShownTable("winRate", "Win rate", "%"),
)
_REVENUE = ShownTable("revenue", "Revenue", "money")
_PEOPLE = (
    ShownTable("contacts", "Contacts", "n"),
    ShownTable("customers", "Customers", "n"),
    ShownTable("rate", "Rate", "%"),
)


def _leaders(who: str) -> tuple[ShownTable, ...]:
    return (ShownTable("name", who), *_WON, _REVENUE, ShownTable("calls", "Calls", "n"))


LISTED = (  # neighbours are of like length
    Listed("leaderboard", "Leaderboard by owner", _leaders("Owner"), kind="owner"),
    Listed(
        "call-to-close",
        "Calls to close, by the contacts' owner",
        (
            ShownTable("owner_name", "Owner"),
            ShownTable("calls", "Calls", "n"),
            ShownTable("deals", "Deals", "n"),
            ShownTable("won", "Won", "n"),
            _REVENUE,
            ShownTable("wonRate", "Won of deals", "%"),
            ShownTable("callToCloseRate", "Won of calls", "%"),
        ),
        metric="callToCloseRate",
    ),
    Listed(
        "team-leaderboard",
        "Leaderboard by team",
        _leaders("Team"),
        "No owner of these deals and calls is in a team of HubSpot.",
        read="leaderboard",
        kind="team",
    ),
    Listed(
        "forecast",
        "Forecast by category",
        (
            ShownTable("category", "Category"),
            ShownTable("deals", "Deals", "n"),
            ShownTable("amount", "Worth", "money"),
            ShownTable("weighted", "Weighted", "money"),
        ),
        metric="forecastCategories",
    ),
    Listed("source", "Win rate by source", (ShownTable("label", "Source"), *_WON, _REVENUE)),
    Listed(
        "lifetime-value",
        "Customer lifetime value, by owner",
        (
            ShownTable("owner_name", "Owner"),
            ShownTable("customers", "Customers", "n"),
            ShownTable("average", "Average", "money"),
            ShownTable("total", "Total", "money"),
        ),
        "No contact of this period is a user of your product (business.users).",
    ),
    Listed("campaign", "Win rate by campaign", (ShownTable("label", "Campaign"), *_WON, _REVENUE)),
    Listed("script", "Win rate by script", (ShownTable("label", "Script"), *_WON, _REVENUE)),
    Listed(
        "scripts",
        "Sales scripts compared",
        (ShownTable("sales_script_version", "Script"), *_PEOPLE),
        "No contact of this period has heard a script.",
        metric="salesScriptStats",
    ),
    Listed(
        "vsl",
        "Video sales letter compared",
        (ShownTable("vsl", "Video"), *_PEOPLE),
        metric="vslWatchStats",
    ),
    Listed(
        "stages",
        "Deals by stage",
        (
            ShownTable("pipeline_label", "Pipeline"),
            ShownTable("stage_label", "Stage"),
            ShownTable("deals", "Deals", "n"),
            ShownTable("amount", "Worth", "money"),
            ShownTable("share", "Share", "%"),
        ),
        is_drawn=True,
    ),
    Listed(
        "retention",
        "Retention by payment status",
        (
            ShownTable("payment_status", "Status"),
            ShownTable("deals", "Deals", "n"),
            ShownTable("amount", "Worth", "money"),
            ShownTable("share", "Share", "%"),
        ),
        is_drawn=True,
    ),
)
