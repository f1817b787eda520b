"""How a portal's metrics read its records, and the company's own domains: read and set."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from db.queries import QUERIES, QueryRow
from operations.callers import Caller
from operations.servers import Servers

MOST_WORDS, LONGEST_WORD = 50, 100
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


class SettingError(ValueError):
    """Raised for a setting that cannot hold; nothing was changed, and the message says why."""


@dataclass(frozen=True, slots=True)
class MetricSettings:
    """What a portal's metrics read where that differs from the defaults; None: the default."""

    sale_property: str | None
    upfront_property: str | None
    connected_dispositions: list[str] | None
    customer_stages: list[str] | None
    yes_words: list[str] | None


def metric_settings(servers: Servers, portal_id: int) -> MetricSettings:
    """Answer a portal's settings."""
    with servers.database.transaction() as conn:
        asked = {"portal_id": portal_id}
        row = conn.execute(QUERIES["metric_settings_of"], asked).fetchone()
    if row:
        return MetricSettings(**row)
    return MetricSettings(None, None, None, None, None)


def set_metrics(servers: Servers, portal_id: int, wanted: MetricSettings) -> None:
    """Set a portal's settings, all of them; its days are added up again by themselves.

    Raises SettingError for a property that deals of this portal do not have.
    """
    _check_words(wanted)
    named = {name for name in (wanted.sale_property, wanted.upfront_property) if name}
    row = asdict(wanted) | {"portal_id": portal_id}
    with servers.database.transaction() as conn:
        asked = {"portal_id": portal_id, "names": sorted(named)}
        known = {each["name"] for each in conn.execute(QUERIES["deal_properties_named"], asked)}
        if unknown := sorted(named - known):
            raise SettingError(f"Deals of this portal have no property {unknown[0]!r}.")
        conn.execute(QUERIES["put_metric_settings"], row)


def _check_words(wanted: MetricSettings) -> None:
    for words in (wanted.connected_dispositions, wanted.customer_stages, wanted.yes_words):
        if words is not None and not 0 < len(words) <= MOST_WORDS:
            raise SettingError(f"From 1 to {MOST_WORDS} words are needed, or none at all.")
        if any(not 0 < len(word) <= LONGEST_WORD for word in words or ()):
            raise SettingError(f"A word has at most {LONGEST_WORD} characters.")


def own_domains(servers: Servers) -> list[QueryRow]:
    """Answer the company's own domains. They are of no portal: they hold for all."""
    with servers.database.transaction() as conn:
        return conn.execute(QUERIES["own_domains"]).fetchall()


def may_set_domains(servers: Servers, caller: Caller) -> bool:
    """Tell whether a caller sees every portal: a domain of ours changes the links of all."""
    return {portal.portal_id for portal in servers.portals()} <= set(caller.portals)


def add_domain(servers: Servers, text: str, note: str | None) -> str:
    """Add a domain of ours; answers it as it is kept. Raises SettingError for what is none."""
    domain = text.strip().lower().rstrip(".")
    if not _DOMAIN.fullmatch(domain):
        raise SettingError("That is no domain: something like example.com is needed.")
    with servers.database.transaction() as conn:
        conn.execute(QUERIES["put_own_domain"], {"domain": domain, "note": note})
    return domain


def drop_domain(servers: Servers, domain: str) -> bool:
    """Take a domain out; answers whether it was there."""
    with servers.database.transaction() as conn:
        return conn.execute(QUERIES["drop_own_domain"], {"domain": domain}).rowcount > 0
