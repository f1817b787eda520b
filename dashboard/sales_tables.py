"""The tables of the Sales page, as data: one more is one entry here and one named read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of a table: its name in the rows, its head, and the unit of its figures."""

    name: str
    head: str
    unit: str = ""  # none: words


@dataclass(frozen=True, slots=True)
class Listed:
    """A table, by its name in analytics/sales_reads.py."""

    name: str
    title: str
    columns: tuple[Shown, ...]
    empty: str = "Nothing in this period."


_WON = (Shown("won", "Won", "n"), Shown("lost", "Lost", "n"), Shown("winRate", "Win rate", "%"))
_REVENUE = Shown("revenue", "Revenue", "money")
_PEOPLE = (
    Shown("contacts", "Contacts", "n"),
    Shown("customers", "Customers", "n"),
    Shown("rate", "Rate", "%"),
)
LISTED = (
    Listed(
        "leaderboard",
        "Leaderboard, by owner and team",
        (
            Shown("kind", "Kind"),
            Shown("name", "Name"),
            *_WON,
            _REVENUE,
            Shown("calls", "Calls", "n"),
        ),
    ),
    Listed(
        "call-to-close",
        "Calls to close, by the contacts' owner",
        (
            Shown("owner_name", "Owner"),
            Shown("calls", "Calls", "n"),
            Shown("deals", "Deals", "n"),
            Shown("won", "Won", "n"),
            _REVENUE,
            Shown("wonRate", "Won of deals", "%"),
            Shown("callToCloseRate", "Won of calls", "%"),
        ),
    ),
    Listed("source", "Win rate by source", (Shown("label", "Source"), *_WON, _REVENUE)),
    Listed("campaign", "Win rate by campaign", (Shown("label", "Campaign"), *_WON, _REVENUE)),
    Listed("script", "Win rate by script", (Shown("label", "Script"), *_WON, _REVENUE)),
    Listed(
        "scripts",
        "Sales scripts compared",
        (Shown("sales_script_version", "Script"), *_PEOPLE),
        "No contact of this period has heard a script.",
    ),
    Listed("vsl", "Video sales letter compared", (Shown("vsl", "Video"), *_PEOPLE)),
    Listed(
        "lifetime-value",
        "Customer lifetime value, by owner",
        (
            Shown("owner_name", "Owner"),
            Shown("customers", "Customers", "n"),
            Shown("average", "Average", "money"),
            Shown("total", "Total", "money"),
        ),
        "No contact of this period is a user of your product (business.users).",
    ),
    Listed(
        "forecast",
        "Forecast by category",
        (
            Shown("category", "Category"),
            Shown("deals", "Deals", "n"),
            Shown("amount", "Worth", "money"),
            Shown("weighted", "Weighted", "money"),
        ),
    ),
)
