"""One company."""

from random import Random

from ..wire import iso
from .chance import often, pick
from .phones import number, written
from .scene import Scene
from .words import CITIES, COMPANY_KINDS, COMPANY_WORDS, STREETS, SUFFIXES

_INDUSTRIES = (
    "COMPUTER_SOFTWARE", "MARKETING_AND_ADVERTISING", "RETAIL", "REAL_ESTATE", "FINANCIAL_SERVICES",
    "CONSTRUCTION",
    "HEALTH_WELLNESS_AND_FITNESS", "EDUCATION_MANAGEMENT", "TELECOMMUNICATIONS",
)  # fmt: skip
_STAGES = ("lead", "opportunity", "customer", "customer", "salesqualifiedlead", "other")
_TYPES = ("PROSPECT", "PROSPECT", "PARTNER", "RESELLER", "VENDOR", "OTHER")
_TECHNOLOGIES = ("shopify", "wordpress", "stripe", "segment", "intercom")


def company(rng: Random, scene: Scene, created_ms: int) -> dict[str, str]:
    """Make a company: 6 % have no name, many share one in other spellings, revenue and headcount
    are spread over decades."""
    chance = rng.random
    first, second = pick(rng, COMPANY_WORDS), pick(rng, COMPANY_KINDS)
    domain = f"{first}-{second}.example".lower()
    values = {
        "lifecyclestage": pick(rng, _STAGES),
        "type": pick(rng, _TYPES),
        "hs_object_source": "CRM_UI",
    }
    if chance() < 0.94:
        values["name"] = f"{first} {second}{pick(rng, SUFFIXES)}"
    if chance() < 0.8:
        values |= {"domain": domain, "website": f"https://www.{domain}"}
    if chance() < 0.7:
        values["industry"] = often(rng, _INDUSTRIES)
    if chance() < 0.55:
        values["annualrevenue"] = str(int(10 ** (4.5 + chance() * 4)))
    if chance() < 0.6:
        values["numberofemployees"] = str(int(10 ** (chance() * 3.7)) + 1)
    if chance() < 0.8:
        values["hubspot_owner_id"] = often(rng, scene.owner_ids)
    return values | address(rng) | details(rng, scene, created_ms)


def address(rng: Random) -> dict[str, str]:
    if rng.random() < 0.3:
        return {}
    city, state, country = pick(rng, CITIES)
    values = {
        "city": city,
        "country": country,
        "address": f"{rng.randrange(1, 400)} {pick(rng, STREETS)}",
    }
    return values | ({"state": state} if state else {})


def details(rng: Random, scene: Scene, created_ms: int) -> dict[str, str]:
    values = {}
    if rng.random() < 0.5:
        values["phone"] = written(rng, number(rng))
    if rng.random() < 0.4:
        values["founded_year"] = str(rng.randrange(1950, 2024))
    if rng.random() < 0.3:
        values["web_technologies"] = ";".join(
            sorted({pick(rng, _TECHNOLOGIES), pick(rng, _TECHNOLOGIES)})
        )
    if rng.random() < 0.5:
        values["notes_last_contacted"] = iso(
            created_ms + int(rng.random() * max(1, scene.now_ms - created_ms))
        )
    return values
