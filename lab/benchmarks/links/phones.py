"""Contacts and calls of which it is known who was called: numbers of fifteen countries in the forms
that people type, made with a seed and written by hand."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
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
    "ES": ("34", "", "612", 6),
    "IT": ("39", "", "333", 7),
    "NL": ("31", "0", "612", 6),
    "PL": ("48", "", "512", 6),
    "SE": ("46", "0", "701", 6),
    "NO": ("47", "", "412", 5),
    "IS": ("354", "", "611", 4),
}


@dataclass(frozen=True, slots=True)
class Call:
    """`contact_id` is the truth; None: with no contact we know."""

    call_id: str
    number: str
    contact_id: str | None


@dataclass(frozen=True, slots=True)
class Book:
    """What a portal of one country holds: contact id → numbers as typed, by property, in the order
    in which they were created."""

    country: str
    contacts: dict[str, dict[str, str]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)


# Fields that are no number, and what a naive join takes for the same.
NO_NUMBERS = {
    **{"972": "972", "+": "+", "ext. 5": "ext. 5", "n/a": "n/a", "0": "000", "1234567": "1234567"},
    **{"1234567890": "1234567890", "0000000000": "0000000000"},
}


def book(country: str, random: Random, count: int) -> Book:
    made = Book(country)
    for place in range(count):
        home = country if random.random() < 0.8 else random.choice(list(COUNTRIES))
        _add_contact(made, home, place, random)
        if place % 3 == 0:
            stranger = written(home, national(home, place + count, random), country, random)
            made.calls.append(Call(f"{country}{place}s", stranger, None))
    for place, (number, called) in enumerate(NO_NUMBERS.items()):
        made.contacts[str(9000 + place)] = {"phone": number}
        made.calls.append(Call(f"{country}h{place}", called, None))
    switchboard = written(country, national(country, 3 * count, random), country, random)
    made.contacts.update({"9100": {"phone": switchboard}, "9101": {"phone": switchboard}})
    made.calls.append(Call(f"{country}switchboard", switchboard, "9100"))
    return made


def _add_contact(made: Book, home: str, place: int, random: Random) -> None:
    """Add a contact; one in five has the number beside another or in the field for mobiles."""
    digits, contact_id = national(home, place, random), str(100 + place)
    typed = written(home, digits, made.country, random)
    other = written(home, national(home, place + 500, random), made.country, random)
    match random.randrange(10):
        case 0:
            typed = random.choice(
                [f"{other}; {typed}", f"{typed} or {other}", f"{other} / {typed}"]
            )
            made.contacts[contact_id] = {"phone": typed}
        case 1:
            made.contacts[contact_id] = {"phone": other, "mobilephone": typed}
        case _:
            made.contacts[contact_id] = {"phone": typed}
    called = written(home, digits, made.country, random)
    made.calls.append(Call(f"{made.country}{place}", called, contact_id))


def hard_books() -> list[Book]:
    """Read the pairs written by hand, each in a portal of its own, so that none is another's
    answer."""
    with Path(__file__).with_name("hard_phones.csv").open(newline="") as file:
        return [_pair(number, row) for number, row in enumerate(csv.DictReader(file))]


def _pair(number: int, row: dict[str, str]) -> Book:
    pair = f"w{number}"
    typed = {name: row[name] for name in ("phone", "mobilephone") if row[name]}
    call = Call(pair, row["called"], pair if row["linked"] == "1" else None)
    return Book(row["country"], {pair: typed}, [call])


def national(country: str, place: int, random: Random) -> str:
    _, _, begin, length = COUNTRIES[country]
    return begin + str(2 * 10 ** (length - 1) + place * 7 + random.randrange(7)).zfill(length)


def written(country: str, digits: str, home: str, random: Random) -> str:
    """Write a number in national form only at home: from abroad it could not be dialled."""
    code, trunk, _, _ = COUNTRIES[country]
    grouped = f"{digits[:3]} {digits[3:6]} {digits[6:]}".strip()
    forms = [
        f"+{code}{digits}",
        f"+{code} {grouped}",
        f"00{code}{digits}",
        f"+{code}-{grouped.replace(' ', '-')}",
    ]
    forms += [f"+{code} {grouped} ext. 7", f"tel:+{code}{digits}", f"+{code}{digits}.0"]
    if trunk:
        forms.append(f"+{code} ({trunk}){grouped}")
    if country == home:
        forms += [f"{trunk}{digits}", f"{trunk}{grouped}", f"({trunk}{digits[:3]}) {digits[3:]}"]
        forms += [f"{code}{digits}", f"{code}{digits}.0", f"mobile: {trunk}{grouped}"]
    return random.choice(forms)
