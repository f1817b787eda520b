"""Contacts and calls of which it is known who was called: numbers of eight countries in the forms
that people type."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

# Country: code, trunk prefix, how many national digits follow which beginning of a mobile number.
COUNTRIES = {
    "US": ("1", "", "415", 7),
    "GB": ("44", "0", "7400", 6),
    "DE": ("49", "0", "1512", 7),
    "FR": ("33", "0", "612", 6),
    "IL": ("972", "0", "52", 7),
    "AU": ("61", "0", "412", 6),
    "IN": ("91", "0", "98765", 5),
    "BR": ("55", "0", "119612", 5),
}


@dataclass(frozen=True, slots=True)
class Call:
    """`contact_id` is the truth; None: with nobody we know."""

    call_id: str
    number: str
    contact_id: str | None


@dataclass(frozen=True, slots=True)
class Book:
    """What a portal of one country holds: contact id → number as typed, in the order in which they
    were created."""

    country: str
    contacts: dict[str, str]
    calls: list[Call]


def book(country: str, random: Random, count: int) -> Book:
    contacts, calls = dict[str, str](), list[Call]()
    for place in range(count):
        home = country if random.random() < 0.8 else random.choice(list(COUNTRIES))
        digits = _national(home, place, random)
        contacts[str(100 + place)] = written(home, digits, country, random)
        calls.append(
            Call(f"{country}{place}", written(home, digits, country, random), str(100 + place))
        )
        if place % 3 == 0:
            calls.append(
                Call(
                    f"{country}{place}s",
                    written(home, _national(home, place + count, random), country, random),
                    None,
                )
            )
    for place, (number, called) in enumerate(HARD.items()):
        contacts[str(9000 + place)] = number
        calls.append(Call(f"{country}h{place}", called, None))
    switchboard = written(country, _national(country, 3 * count, random), country, random)
    contacts |= {"9100": switchboard, "9101": switchboard}
    calls.append(Call(f"{country}switchboard", switchboard, "9100"))
    return Book(country, contacts, calls)


# Fields that are no number, and what a naive join takes for the same.
HARD = {"972": "972", "+": "+", "ext. 5": "ext. 5", "n/a": "n/a", "0": "000", "1234567": "1234567"}


def _national(country: str, place: int, random: Random) -> str:
    _, _, begin, length = COUNTRIES[country]
    return begin + str(2 * 10 ** (length - 1) + place * 7 + random.randrange(7)).zfill(length)


def written(country: str, digits: str, home: str, random: Random) -> str:
    """In national form only at home: nobody else could dial it."""
    code, trunk, _, _ = COUNTRIES[country]
    grouped = f"{digits[:3]} {digits[3:6]} {digits[6:]}"
    forms = [
        f"+{code}{digits}",
        f"+{code} {grouped}",
        f"00{code}{digits}",
        f"+{code}-{grouped.replace(' ', '-')}",
    ]
    forms += [f"+{code} {grouped} ext. {random.randrange(1, 99)}", f"tel:+{code}{digits}"]
    if trunk:
        forms.append(f"+{code} ({trunk}){grouped}")
    if country == home:
        forms += [f"{trunk}{digits}", f"{trunk}{grouped}", f"({trunk}{digits[:3]}) {digits[3:]}"]
    return random.choice(forms)
