"""/settings, /own-domains and /audit: what administrators set, and who did what."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from api.guard import caller, needs, note, portal_of, servers_of_app
from api.problems import Refusal, not_found
from operations import audit, portal_settings
from operations.portal_settings import LONGEST_WORD, MOST_WORDS, MetricSettings, SettingError

routes = APIBlueprint("settings", __name__, tag="settings")


class WhichIn(BaseModel):
    """Whose settings."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")


class SettingsIn(BaseModel):
    """What the metrics of a portal read, all of it; null: the default."""

    sale_property: str | None = Field(None, max_length=200, description="A deal's value")
    upfront_property: str | None = Field(None, max_length=200, description="Paid at once")
    connected_dispositions: list[str] | None = Field(None, max_length=MOST_WORDS)
    customer_stages: list[str] | None = Field(None, max_length=MOST_WORDS)
    yes_words: list[str] | None = Field(
        None, max_length=MOST_WORDS, description=f"Each of at most {LONGEST_WORD} characters"
    )


class SettingsOut(SettingsIn):
    """What the metrics of a portal read; null: the default."""

    portal_id: int


class DomainIn(BaseModel):
    """A domain of the company's own."""

    domain: str = Field(min_length=1, max_length=253)
    note: str | None = Field(None, max_length=200)


class DomainsOut(BaseModel):
    """The company's own domains, which hold for every portal."""

    domains: list[DomainIn]


class AuditIn(BaseModel):
    """Where a page of the audit begins."""

    before: int | None = Field(None, ge=1, lt=2**63, description="The page before's `older`")
    limit: int = Field(100, ge=1, le=500)


class EntryOut(BaseModel):
    """Who did what, about which portal. No values, no tokens."""

    entry_id: int
    at: datetime
    actor: str
    action: str
    portal_id: int | None
    details: dict[str, Any]
    address: str | None
    request_id: str | None


class AuditOut(BaseModel):
    """A page of the audit, newest first."""

    entries: list[EntryOut]
    older: int | None = Field(description="null: this is the last page")


@routes.get("/settings")
@needs("portals:admin")
@routes.input(WhichIn, location="query")
@routes.output(SettingsOut)
def settings(query_data: WhichIn) -> SettingsOut:
    """Answer what the metrics of a portal read."""
    return _settings(portal_of(query_data.portal))


@routes.put("/settings")
@needs("portals:admin")
@routes.input(WhichIn, location="query")
@routes.input(SettingsIn)
@routes.output(SettingsOut)
def set_settings(query_data: WhichIn, json_data: SettingsIn) -> SettingsOut:
    """Set what the metrics of a portal read. Its days are added up again within minutes."""
    portal_id, wanted = portal_of(query_data.portal), json_data.model_dump()
    try:
        portal_settings.set_metrics(servers_of_app(), portal_id, MetricSettings(**wanted))
    except SettingError as error:
        raise Refusal(422, str(error)) from error
    note(servers_of_app(), "metric settings set", portal_id, wanted)
    return _settings(portal_id)


def _settings(portal_id: int) -> SettingsOut:
    found = portal_settings.metric_settings(servers_of_app(), portal_id)
    return SettingsOut.model_validate({"portal_id": portal_id} | asdict(found))


@routes.get("/own-domains")
@needs("portals:admin")
@routes.output(DomainsOut)
def domains() -> DomainsOut:
    """List the company's own domains."""
    return _domains()


@routes.post("/own-domains")
@needs("portals:admin")
@routes.input(DomainIn)
@routes.output(DomainsOut)
def add_domain(json_data: DomainIn) -> DomainsOut:
    """Add a domain of the company's own. Only for a token of every portal."""
    _must_see_all()
    try:
        domain = portal_settings.add_domain(servers_of_app(), json_data.domain, json_data.note)
    except SettingError as error:
        raise Refusal(422, str(error)) from error
    note(servers_of_app(), "own domain added", None, {"domain": domain})
    return _domains()


@routes.delete("/own-domains/<domain>")
@needs("portals:admin")
@routes.output(DomainsOut)
def drop_domain(domain: str) -> DomainsOut:
    """Take a domain out. Only for a token of every portal."""
    _must_see_all()
    if not portal_settings.drop_domain(servers_of_app(), domain):
        raise not_found(f"domain {domain}")
    note(servers_of_app(), "own domain dropped", None, {"domain": domain[:253]})
    return _domains()


def _domains() -> DomainsOut:
    found = portal_settings.own_domains(servers_of_app())
    return DomainsOut(domains=[DomainIn(**row) for row in found])


def _must_see_all() -> None:
    if not portal_settings.may_set_domains(servers_of_app(), caller()):
        raise Refusal(403, "Own domains hold for every portal: a token of all is needed.")


@routes.get("/audit")
@needs("portals:admin")
@routes.input(AuditIn, location="query")
@routes.output(AuditOut)
def entries(query_data: AuditIn) -> AuditOut:
    """Answer who did what about the portals of this token, newest first."""
    asked = query_data
    rows = audit.seen_by(servers_of_app(), caller(), asked.limit + 1, asked.before)
    shown = [EntryOut.model_validate(row) for row in rows[: asked.limit]]
    return AuditOut(entries=shown, older=shown[-1].entry_id if len(rows) > asked.limit else None)
