"""Pairs of names, and phone numbers as typed, labelled by a hand that had not read the rules.

pairs_tried.csv was looked at while the rules were mended; pairs_held_out.csv was not.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hubspot.phones import reader
from lab.benchmarks.links.companies import Company, Team


@dataclass(frozen=True, slots=True)
class Pair:
    """A team and the only company of a CRM, and whether an attentive person calls them one."""

    team: Team
    company: Company
    same: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """A field as typed in a portal of a country; `number` in E.164 without the plus, or empty."""

    text: str
    country: str
    number: str


def pairs(name: str) -> list[Pair]:
    """Read the pairs of one file. Two members write from the team's domain, where it has one."""
    return [_pair(place, row) for place, row in enumerate(_rows(name))]


def _pair(place: int, row: dict[str, str]) -> Pair:
    domain = row["team_email_domain"]
    emails = tuple(f"p{number}@{domain}" for number in range(2)) if domain else ()
    company = Company(str(place + 1), row["company_name"], row["company_domain"] or None)
    is_same = row["same"] == "yes"
    team = Team(
        f"p{place}", row["team_name"], emails, company.company_id if is_same else None, row["why"]
    )
    return Pair(team, company, is_same)


def typed() -> list[Typed]:
    return [
        Typed(row["typed"], row["portal_country"], row["e164"].lstrip("+"))
        for row in _rows("phones_by_hand.csv")
    ]


def judged(said: Iterable[tuple[bool, bool, bool]]) -> tuple[float, float]:
    """Answer precision and recall of (something was said, there is something, they are equal)."""
    found = list(said)
    right = sum(equal for _, _, equal in found)
    return (
        right / max(sum(something for something, _, _ in found), 1),
        right / sum(true for _, true, _ in found),
    )


def read_numbers(fields: Iterable[Typed]) -> tuple[float, float]:
    """Judge the first number that our reader finds in each field."""
    return judged(_said(each, _first(each)) for each in fields)


def bare_digits(fields: Iterable[Typed]) -> tuple[float, float]:
    """Judge the digits of each field: the usual join's idea of a number."""
    return judged(_said(each, re.sub("[^0-9]", "", each.text)) for each in fields)


def _first(field: Typed) -> str:
    numbers = (reader(field.country)(field.text) or "").split()
    return numbers[0].split("x")[0] if numbers else ""


def _said(field: Typed, number: str) -> tuple[bool, bool, bool]:
    return bool(number), bool(field.number), bool(number) and number == field.number


def _rows(name: str) -> Iterator[dict[str, str]]:
    with Path(__file__).with_name(name).open(newline="") as file:
        yield from csv.DictReader(file)
