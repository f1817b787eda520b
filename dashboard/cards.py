"""The cards of the Sales page, as data: which figures, in which groups, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Better = Literal["more", "less", "neither"]


@dataclass(frozen=True, slots=True)
class Card:
    """A figure of the view `metrics`, by its key."""

    key: str
    better: Better = "more"
    is_of_now: bool = False  # of no period, so that there is none before to compare it with


@dataclass(frozen=True, slots=True)
class Group:
    """Cards under one heading."""

    title: str
    cards: tuple[Card, ...]


GROUPS = (
    Group(
        "Pipeline",
        (
            Card("openPipeline", is_of_now=True),
            Card("weightedPipeline", is_of_now=True),
            Card("salesVelocity"),
            Card("winRate"),
        ),
    ),
    Group(
        "Revenue",
        (
            Card("totalSales"),
            Card("totalDeals"),
            Card("avgDealSize"),
            Card("upfrontCashCollected"),
            Card("timeToSale", "less"),
            Card("avgInstallments", "neither"),
        ),
    ),
    Group(
        "Conversion",
        (
            Card("conversionRate"),
            Card("cancellationRate", "less"),
            Card("qualifiedRate"),
            Card("trialRate"),
            Card("offersGivenRate"),
            Card("offerCloseRate"),
        ),
    ),
    Group(
        "Calls",
        (
            Card("totalCalls"),
            Card("totalCallTime"),
            Card("avgCallTime"),
            Card("pickupRate"),
            Card("fiveMinReachedRate"),
            Card("followupRate"),
        ),
    ),
    Group(
        "Contacts",
        (
            Card("totalContactsCreated"),
            Card("timeToFirstContact", "less"),
            Card("firstResponse", "less"),
            Card("neverContacted", "less"),
            Card("avgFollowups"),
        ),
    ),
)
