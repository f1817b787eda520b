"""Companies and teams of which it is known who belongs to whom: made with a seed, and written by
hand.

A team's name is what somebody typed who knew the company, not what a rule would make of it: a typo,
a short form, another order, the trade name. A third of the teams are of companies that the CRM does
not have, named as such companies are.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_FIRST = """
Alder Amber Anchor Apex Arbor Argo Aspen Atlas Aurora Axiom Baltic Banner Beacon Birch Blue Boreal
Bridge Bright Canyon Cedar Cobalt Comet Copper Coral Crescent Crown Delta Drift Eagle Echo Ember
Falcon Fern Flint Forge Frost Garnet Glacier Granite Harbor Hawthorn Helios Heron Horizon Indigo
Iron Ivory Jade Juniper Keystone Kestrel Lagoon Lantern Laurel Linden Lotus Lumen Maple Meridian
Mistral Mosaic Nimbus Northern Nova Oak Onyx Opal Orbit Orchid Osprey Pacific Palisade Pebble
Phoenix Pinnacle Polar Prairie Quartz Quill Raven Redwood Ridge River Saffron Sage Sierra Silver
Solstice Spruce Sterling Summit Talon Tempest Timber Topaz Tundra Umber Valley Vega Velvet Vertex
Violet Vista Walnut Willow Zenith Zephyr Müller Köhler Schröder Jäger Größer Bäcker Lévêque Núñez
Østberg Çelik
"""
FIRST = _FIRST.split()
_SECOND = """
Logistics Systems Solutions Partners Media Energy Foods Health Capital Robotics Textiles Shipping
Analytics Dental Motors Studios Security Aviation Plastics Instruments Bakery Brewing Consulting
Insurance Marine Mining Optics Paper Pharmaceuticals Printing Realty Software Steel Telecom Travel
Ventures Waters Wines Woodworks Laboratories Technologies Manufacturing Services Holding
"""
SECOND = _SECOND.split()
LEGAL = (
    "",
    "",
    "Inc",
    "Inc.",
    "LLC",
    "Ltd",
    "Limited",
    "GmbH",
    "GmbH & Co. KG",
    "AG",
    "B.V.",
    "S.A.",
    "Corp",
    "PLC",
    "Oy",
)
SHORT = {
    "Technologies": "Tech", "Manufacturing": "Mfg", "Services": "Svcs", "Solutions": "Sol",
    "Laboratories": "Labs",
    "Pharmaceuticals": "Pharma", "Systems": "Sys", "Partners": "Ptnrs", "Holding": "Hldgs",
    "Consulting": "Consult",
}  # fmt: skip
MAIL = ("gmail.com", "outlook.com", "web.de", "yahoo.co.uk", "icloud.com")


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


def generated(random: Random, count: int) -> tuple[list[Company], list[Team]]:
    names = random.sample([f"{first} {second}" for first in FIRST for second in SECOND], count)
    companies, teams = list[Company](), list[Team]()
    for number, name in enumerate(names):
        known, host = number % 3 != 2, _host(name, random)
        if known:
            shown = f"{name} {random.choice(LEGAL)}".strip()
            companies.append(
                Company(str(1000 + number), shown, host if random.random() < 0.6 else None)
            )
        typed, case = _typed(name, random)
        company_id = str(1000 + number) if known else None
        teams.append(
            Team(
                f"t{number}",
                typed,
                _emails(host, random),
                company_id,
                case if known else "not in the CRM",
            )
        )
    return companies, teams


def _host(name: str, random: Random) -> str:
    plain = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())
    return plain + random.choice([".com", ".com", ".de", ".co.uk", ".io"])


def _emails(host: str, random: Random) -> tuple[str, ...]:
    """Most teams write from their company's domain, or one below it; some from a provider, some
    have no members."""
    members = random.choice([0, 1, 2, 3, 5])
    if random.random() < 0.35:
        return tuple(f"p{number}@{random.choice(MAIL)}" for number in range(members))
    own = random.choice([host, host, f"mail.{host}"])
    guests = [f"guest{number}@{random.choice(MAIL)}" for number in range(members // 3)]
    return (*(f"p{number}@{own}" for number in range(members - len(guests))), *guests)


def _typed(name: str, random: Random) -> tuple[str, str]:
    first, second = name.split(" ", 1)
    match random.randrange(8):
        case 0:
            return f"{name} Team", "the word team"
        case 1:
            return f"{name.upper()} {random.choice(LEGAL)}".strip(), "legal form"
        case 2:
            return _typo(name, random), "typo"
        case 3:
            return f"{second} {first}", "word order"
        case 4:
            return f"{first} {SHORT.get(second, second)}", "abbreviation"
        case 5:
            return _umlauts(name), "umlaut"
        case 6:
            return (
                f"{name} {random.choice(['Berlin', 'EMEA', 'Sales', 'HQ', 'UK'])}",
                "place or department",
            )
        case _:
            return name, "same"


def _typo(name: str, random: Random) -> str:
    """A letter left out, doubled, or two swapped; never the first of a word."""
    places = [place for place in range(1, len(name) - 2) if name[place - 1 : place + 2].isalpha()]
    place = random.choice(places)
    return random.choice(
        [
            name[:place] + name[place + 1 :],
            name[:place] + name[place] + name[place:],
            name[:place] + name[place + 1] + name[place] + name[place + 2 :],
        ]
    )


def _umlauts(name: str) -> str:
    for letter, written in {
        "ü": "ue",
        "ö": "oe",
        "ä": "ae",
        "ß": "ss",
        "Ø": "O",
        "é": "e",
        "ê": "e",
        "ú": "u",
    }.items():
        name = name.replace(letter, written)
    return name.replace("ñ", "n").replace("Ç", "C")


HARD_COMPANIES = [
    Company("1", "Robert Co", "robert-co.com"),
    Company("2", "Acmelon International Technologies Inc.", None),
    Company("3", "Halberd", "halberd.com"),
    Company("4", "Halberd France S.A.", "halberd.fr"),
    Company("5", "Kruse Maschinenbau GmbH & Co. KG", None),
    Company("6", "Tri-State Plumbing, L.L.C.", None),
    Company("7", "X", None),
    Company("8", "Unknown", None),
    Company("9", "🚀", None),
    Company("10", "Quorra", "quorra.com"),
    Company("11", "Société Dubrulle", None),
    Company("12", "Gmail Fans Ltd", "gmail.com"),
    Company("13", "Brightwater Nordic Telemetry", "bnt.io"),
    Company("14", "Quillfield Vista Trading", None),
]
HARD_TEAMS = [
    Team("h1", "Rupert Ltd", (), None, "alike in sound only"),
    Team("h2", "Acmelon Intl Tech", (), "2", "abbreviation"),
    Team("h3", "Halberd", ("a@halberd.com",), "3", "parent"),
    Team("h4", "Halberd France", ("a@halberd.fr",), "4", "subsidiary"),
    Team("h5", "Kruse Maschinenbau", (), "5", "legal form"),
    Team("h6", "Plumbing Tri State", (), "6", "word order"),
    Team("h7", "X", (), None, "one letter"),
    Team("h8", "Unknown", (), None, "unknown"),
    Team("h9", "🚀", (), None, "emoji"),
    Team("h10", "Skunkworks", ("a@quorra.com", "b@quorra.com"), "10", "by domain alone"),
    Team("h11", "Societe Dubrulle", (), "11", "umlaut"),
    Team("h12", "Home office", ("a@gmail.com", "b@gmail.com"), None, "public provider"),
    Team("h13", "", (), None, "empty"),
    Team("h15", "BNT", ("a@bnt.io",), "13", "initials"),
    Team("h16", "QVT", (), "14", "initials"),
    Team("h14", "Qourra Industries Worldwide", ("a@worldwide-qi.com",), None, "not in the CRM"),
]
