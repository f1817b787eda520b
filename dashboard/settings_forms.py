"""What an administrator may set on the page of settings, as data: one more is one entry here.

See sync_forms.py for how an order is checked, done and entered in the audit.
"""

from __future__ import annotations

from dataclasses import asdict

from werkzeug.exceptions import BadRequest, NotFound

from dashboard.sync_forms import Form, Outcome, WebForm
from operations import country, portal_settings
from operations.callers import Caller
from operations.portal_settings import MetricSettings, SettingError
from operations.servers import Servers

SAID = {
    "metrics-set": "Changed. The portal's days are added up again within a minute or two.",
    "domain-added": "Added. Links of teams are found again within a minute.",
    "domain-dropped": "Taken out. Links of teams are found again within a minute.",
    "country-set": "Changed. A job reads every phone number again; links follow as it goes.",
    "domain-unknown": "Nothing was changed: that domain was not in the list.",
}


def _words(form: Form, name: str) -> list[str] | None:
    """Read words between commas; an empty field is the default."""
    words = [word.strip() for word in form.get(name, "").split(",")]
    return [word for word in words if word] or None


def _set_metrics(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    wanted = MetricSettings(
        form.get("sale_property", "").strip() or None,
        form.get("upfront_property", "").strip() or None,
        _words(form, "connected_dispositions"),
        _words(form, "customer_stages"),
        _words(form, "yes_words"),
    )
    try:
        portal_settings.set_metrics(servers, portal_id, wanted)
    except SettingError as error:
        raise BadRequest(str(error)) from error
    return Outcome("metrics-set", asdict(wanted))


def _must_see_all(servers: Servers, caller: Caller) -> None:
    if not portal_settings.may_set_domains(servers, caller):
        raise NotFound


def _add_domain(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    _must_see_all(servers, caller)
    note = form.get("note", "").strip()[:200] or None
    try:
        domain = portal_settings.add_domain(servers, form.get("domain", ""), note)
    except SettingError as error:
        raise BadRequest(str(error)) from error
    return Outcome("domain-added", {"domain": domain})


def _drop_domain(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    _must_see_all(servers, caller)
    domain = form.get("domain", "")
    was = portal_settings.drop_domain(servers, domain)
    return Outcome("domain-dropped" if was else "domain-unknown", {"domain": domain[:253]})


def _set_country(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    try:
        code = country.order(servers, portal_id, form.get("country", ""))
    except country.NoCountryError as error:
        raise BadRequest(str(error)) from error
    return Outcome("country-set", {"country": code})


ADMIN = "portals:admin"
SETTINGS_FORMS = (
    WebForm("/settings/metrics", ADMIN, "metric settings set", "/settings", _set_metrics),
    WebForm("/settings/domains", ADMIN, "own domain added", "/settings", _add_domain),
    WebForm("/settings/country", ADMIN, "country set", "/settings", _set_country),
    WebForm("/settings/domains/drop", ADMIN, "own domain dropped", "/settings", _drop_domain),
)
