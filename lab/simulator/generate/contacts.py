"""One contact, with the gaps of a real portal: no email here, a shared phone there, half the fields
empty."""

from random import Random

from ..wire import iso
from .chance import often, pick
from .phones import FRAGMENTS, number, written
from .scene import DAY_MS, Scene
from .words import CITIES, COMPANY_KINDS, COMPANY_WORDS, FIRST_NAMES, JOBS, LAST_NAMES, STREETS

_STAGES = (
    "lead",
    "lead",
    "subscriber",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "customer",
    "other",
)
_STATUSES = (
    "NEW",
    "OPEN",
    "IN_PROGRESS",
    "ATTEMPTED_TO_CONTACT",
    "CONNECTED",
    "UNQUALIFIED",
    "BAD_TIMING",
)
_SOURCES = (
    "PAID_SOCIAL",
    "DIRECT_TRAFFIC",
    "ORGANIC_SEARCH",
    "OFFLINE",
    "EMAIL_MARKETING",
    "REFERRALS",
    "PAID_SEARCH",
)
_MAILBOXES = ("example.com", "example.org", "mail.example", "post.example", "office.example")
_INTERESTS = ("pricing", "onboarding", "api", "training", "partnership")
_SCRIPTS = ("v1", "v2", "v2.1", "v3", "V3 ", "B-test")


def contact(rng: Random, scene: Scene, created_ms: int) -> dict[str, str]:
    chance = rng.random
    first, last = pick(rng, FIRST_NAMES), pick(rng, LAST_NAMES)
    values = {
        "firstname": first if chance() < 0.97 else first.upper() + " ",
        "lifecyclestage": pick(rng, _STAGES),
        "hs_analytics_source": often(rng, _SOURCES),
        "hs_analytics_num_page_views": str(int(chance() ** 3 * 80)),
        "hs_analytics_num_visits": str(int(chance() ** 3 * 20)),
        "num_conversion_events": str(int(chance() ** 3 * 6)),
        "hs_marketable_status": "true" if chance() < 0.6 else "false",
        "hubspotscore": str(int(chance() * 100)),
        "hs_object_source": "FORMS" if chance() < 0.5 else "IMPORT",
    }
    if chance() < 0.93:
        values["lastname"] = last
    if chance() < 0.88:
        values |= mailbox(rng, scene, first, last)
    if chance() < 0.78:
        values["phone"] = phone(rng, scene)
    if chance() < 0.85:
        values["hubspot_owner_id"] = often(rng, scene.owner_ids)
    return values | work(rng) | place(rng) | sales(rng) | activity(rng, scene, created_ms)


def mailbox(rng: Random, scene: Scene, first: str, last: str) -> dict[str, str]:
    scene.emails += 1
    domain = pick(rng, _MAILBOXES)
    name = f"{first}.{last}".lower().replace("'", "").encode("ascii", "ignore").decode()
    values = {"email": f"{name}.{scene.emails}@{domain}", "hs_email_domain": domain}
    if rng.random() < 0.5:
        delivered = int(rng.random() * 40)
        opened = int(rng.random() * delivered)
        values |= {
            "hs_email_delivered": str(delivered),
            "hs_email_open": str(opened),
            "hs_email_click": str(int(rng.random() * opened)),
            "hs_email_optout": "true" if rng.random() < 0.06 else "false",
        }
    return values


def phone(rng: Random, scene: Scene) -> str:
    """Choose a number: 2 % are fragments that fit everybody, 4 % switchboards, the rest the
    contact's own."""
    draw = rng.random()
    if draw < 0.02:
        return pick(rng, FRAGMENTS)
    own = pick(rng, scene.switchboards) if draw < 0.06 else number(rng)
    scene.phones.append((scene.subject, own))
    return written(rng, own)


def work(rng: Random) -> dict[str, str]:
    values = {}
    if rng.random() < 0.55:
        values["company"] = f"{pick(rng, COMPANY_WORDS)} {pick(rng, COMPANY_KINDS)}"
    if rng.random() < 0.4:
        values["jobtitle"] = pick(rng, JOBS)
    if rng.random() < 0.5:
        values["hs_lead_status"] = pick(rng, _STATUSES)
    return values


def place(rng: Random) -> dict[str, str]:
    if rng.random() < 0.35:
        return {}
    city, state, country = pick(rng, CITIES)
    values = {"city": city, "country": country, "zip": str(rng.randrange(10_000, 99_999))}
    if state:
        values["state"] = state
    if rng.random() < 0.4:
        values["address"] = f"{rng.randrange(1, 400)} {pick(rng, STREETS)}"
    return values


def sales(rng: Random) -> dict[str, str]:
    values = {}
    if rng.random() < 0.6:
        watched = rng.random() < 0.55
        values["vsl_watched"] = "true" if watched else "false"
        values["vsl_watch_duration"] = str(int(rng.random() * 2_400)) if watched else "0"
    if rng.random() < 0.5:
        values["sales_script_version"] = pick(rng, _SCRIPTS)
    if rng.random() < 0.3:
        values["areas_of_interest"] = ";".join(
            sorted({pick(rng, _INTERESTS), pick(rng, _INTERESTS)})
        )
    return values


def activity(rng: Random, scene: Scene, created_ms: int) -> dict[str, str]:
    seen = created_ms - int(rng.random() * 5 * DAY_MS)
    last = created_ms + int(rng.random() * max(1, scene.now_ms - created_ms))
    values = {"hs_analytics_first_timestamp": iso(seen), "hs_analytics_last_timestamp": iso(last)}
    if rng.random() < 0.6:
        values |= {
            "notes_last_contacted": iso(last),
            "num_contacted_notes": str(1 + int(rng.random() * 8)),
        }
    return values
