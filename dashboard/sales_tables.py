"""The tables of the Sales page, as data: one more is one entry here and one named read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A column of a table: its name in the rows, its head, and the unit of its figures."""

    name: str
    head: str
    unit: str = ""  # none: words


@dataclass(frozen=True, slots=True)
class Listed:
    """A table, by its name in analytics/sales_reads.py."""

    name: str
    title: str
    columns: tuple[ShownTable, ...]
    empty: str = "Nothing in this period."


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
LISTED = (
    Listed(
        "leaderboard",
        "Leaderboard, by owner and team",
        (
            ShownTable("kind", "Kind"),
            ShownTable("name", "Name"),
            *_WON,
            _REVENUE,
            ShownTable("calls", "Calls", "n"),
        ),
    ),
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
    ),
    Listed("source", "Win rate by source", (ShownTable("label", "Source"), *_WON, _REVENUE)),
    Listed("campaign", "Win rate by campaign", (ShownTable("label", "Campaign"), *_WON, _REVENUE)),
    Listed("script", "Win rate by script", (ShownTable("label", "Script"), *_WON, _REVENUE)),
    Listed(
        "scripts",
        "Sales scripts compared",
        (ShownTable("sales_script_version", "Script"), *_PEOPLE),
        "No contact of this period has heard a script.",
    ),
    Listed("vsl", "Video sales letter compared", (ShownTable("vsl", "Video"), *_PEOPLE)),
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
    Listed(
        "forecast",
        "Forecast by category",
        (
            ShownTable("category", "Category"),
            ShownTable("deals", "Deals", "n"),
            ShownTable("amount", "Worth", "money"),
            ShownTable("weighted", "Weighted", "money"),
        ),
    ),
)
