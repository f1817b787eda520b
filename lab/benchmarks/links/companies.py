"""Companies and teams of which it is known who belongs to whom: made with a seed, and written by
hand.

A team's name is typed by a person who knows the company, not what a rule would make of it: a typo,
a short form, another order, the trade name. A third of the teams are of companies that the CRM does
not have, named as such companies are. A quarter of all names are one word. Some have numbers, of
which the CRM has the neighbour's. Support logins of our own and of an agency sit in many teams.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

_FOLDER = Path(__file__).parent
_NAMES = json.loads((_FOLDER / "names.json").read_text())
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "sv")
OURS, AGENCY = "spoke-software.io", "kampagnenhaus.de"
_ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
_PLAIN = {
    **{"ü": "ue", "ö": "oe", "ä": "ae", "Ö": "Oe", "Å": "Aa", "å": "aa", "ß": "ss", "ø": "oe"},
    **{"é": "e", "ê": "e", "è": "e", "ô": "o", "â": "a", "ç": "c", "ú": "u", "í": "i", "á": "a"},
    **{"ñ": "n", "É": "E", "ó": "o", "ł": "l", "Ł": "L", "ś": "s", "ń": "n", "ż": "z", "ã": "a"},
}


@dataclass(frozen=True, slots=True)
class Company:
    company_id: str
    name: str
    domain: str | None


@dataclass(frozen=True, slots=True)
class Team:
    """`company_id` is the truth; None: its company is not in the CRM."""

    team_id: str
    name: str
    emails: tuple[str, ...]
    company_id: str | None
    case: str


@dataclass(frozen=True, slots=True)
class _Name:
    """A company's name without its legal form, and the language that it is in."""

    text: str
    language: str

    @property
    def words(self) -> list[str]:
        return self.text.split(" ")


def generated(random: Random, count: int) -> tuple[list[Company], list[Team]]:
    companies = [
        Company("901", "Spoke Software", OURS),
        Company("902", "Kampagnenhaus GmbH", AGENCY),
    ]
    teams = list[Team]()
    for number, name in enumerate(_names(random, count)):
        known, host = number % 3 != 2, _host(name, random)
        company_id = str(1000 + number) if known else None
        if known:
            shown = f"{name.text} {random.choice(_NAMES[name.language]['legal'])}".strip()
            domain = host if random.random() < 0.6 else None
            companies.append(Company(str(1000 + number), shown, domain))
        typed, case = _typed(name, random)
        case = case if known else "not in the CRM"
        teams.append(Team(f"t{number}", typed, _emails(host, random), company_id, case))
    return companies, teams


def _names(random: Random, count: int) -> list[_Name]:
    """Make up names: a quarter are one word; one in nine has a number, and its neighbours stand
    beside it."""
    names = dict[str, _Name]()
    while len(names) < count:
        language = random.choice(LANGUAGES)
        name = (
            _one_word(language, random) if random.random() < 0.25 else _two_words(language, random)
        )
        if name in names:
            continue
        names[name] = _Name(name, language)
        for text in _numbered(name, random) if random.random() < 0.06 else []:
            names[text] = _Name(text, language)
    return list(names.values())[:count]


def _one_word(language: str, random: Random) -> str:
    if random.random() < 0.3:
        return str(random.choice(_NAMES[language]["first"].split()))
    syllables = _NAMES["syllables"]
    return "".join(random.choice(syllables[part].split()) for part in ("begin", "end"))


def _two_words(language: str, random: Random) -> str:
    words = _NAMES[language]
    return " ".join(random.choice(words[part].split()) for part in ("first", "second"))


def _numbered(name: str, random: Random) -> list[str]:
    number = random.randrange(1, 8)
    spelled = _ROMAN if random.random() < 0.5 else [str(each) for each in range(10)]
    return [f"{name} {spelled[number]}", f"{name} {spelled[number + 1]}"]


def _host(name: _Name, random: Random) -> str:
    plain = "".join(letter for letter in _unaccented(name.text).lower() if letter.isalnum())
    return f"{plain}.{random.choice(_NAMES[name.language]['suffixes'])}"


def _emails(host: str, random: Random) -> tuple[str, ...]:
    """Write members' addresses. Most teams write from their company's domain, or one below it; some
    from a provider, some have no members. One in six has a support login of ours, a few the
    agency's."""
    guests = []
    if random.random() < 0.16:
        guests = [f"support{random.randrange(99)}@{OURS}"]
    guests += [f"campaigns@{AGENCY}"] if random.random() < 0.03 else []
    members = random.choice([0, 1, 2, 3, 5])
    if random.random() < 0.35:
        mail = _NAMES["mail"]
        return (*(f"p{number}@{random.choice(mail)}" for number in range(members)), *guests)
    own = random.choice([host, host, f"mail.{host}"])
    guests += [f"guest{number}@{random.choice(_NAMES['mail'])}" for number in range(members // 3)]
    return (*(f"p{number}@{own}" for number in range(members)), *guests)


def _typed(name: _Name, random: Random) -> tuple[str, str]:
    """Write a name as a person types it who knows the company; a change that needs two words leaves
    a single one as it is."""
    words, several = name.words, len(name.words) > 1
    match random.randrange(8):
        case 0:
            return _NAMES[name.language]["team"].format(name.text), "the word team"
        case 1:
            legal = random.choice(_NAMES[name.language]["legal"])
            return f"{name.text.upper()} {legal}".strip(), "legal form"
        case 2:
            return _typo(name.text, random), "typo"
        case 3 if several and not words[-1].isdigit() and words[-1] not in _ROMAN:
            return " ".join(reversed(words)), "word order"
        case 4 if several:
            short = _NAMES["short"]
            return " ".join(short.get(word, word) for word in words), "abbreviation"
        case 5:
            return _unaccented(name.text), "umlaut"
        case 6:
            return f"{name.text} {random.choice(_NAMES['places'])}", "place or department"
        case _:
            return name.text, "same"


def _typo(name: str, random: Random) -> str:
    """Leave a letter out, double it, or swap two; never the first of a word, nor in a number."""
    places = [
        place
        for place in range(1, len(name) - 2)
        if name[place - 1 : place + 2].isalpha() and not name[place : place + 2].isupper()
    ]
    if not places:
        return name
    place = random.choice(places)
    return random.choice(
        [
            name[:place] + name[place + 1 :],
            name[:place] + name[place] + name[place:],
            name[:place] + name[place + 1] + name[place] + name[place + 2 :],
        ]
    )


def _unaccented(name: str) -> str:
    return "".join(_PLAIN.get(letter, letter) for letter in name)


def hard_companies() -> list[Company]:
    return [
        Company(row["company_id"], row["name"], row["domain"] or None)
        for row in _rows("hard_companies.csv")
    ]


def hard_teams() -> list[Team]:
    """Read the teams written by hand; an empty company_id says that no company may be linked."""
    return [
        Team(
            f"h{number}",
            row["name"],
            tuple(row["emails"].split()),
            row["company_id"] or None,
            row["case"],
        )
        for number, row in enumerate(_rows("hard_teams.csv"))
    ]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(newline="") as file:
        yield from csv.DictReader(file)
