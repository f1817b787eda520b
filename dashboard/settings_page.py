"""Settings: what the metrics of a portal read, the company's own domains, and the country."""

from __future__ import annotations

from typing import Any

from flask import request

from dashboard.asked import Asked
from dashboard.settings_forms import SAID
from operations import country, file_schedules, portal_settings
from operations.callers import Caller
from operations.servers import Servers


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find the settings of one portal, and the ones that hold for all."""
    known = servers.portal(asked.portal_id)
    return {
        "metrics": portal_settings.metric_settings(servers, asked.portal_id),
        "domains": portal_settings.own_domains(servers),
        "may_set_domains": portal_settings.may_set_domains(servers, caller),
        "country": known.country if known else None,
        "numbers_wait": country.is_under_way(servers, asked.portal_id),
        "reports": file_schedules.of_portal(servers, asked.portal_id),
        "alerts_are_on": bool(servers.settings.slack_webhook_url),
        "said": SAID.get(request.args.get("did", "")),
    }
