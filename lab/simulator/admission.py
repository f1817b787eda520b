"""The gate before every API request: who asks, whether the limits let them in, and how long it
takes.

Limits and headers: https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
"""

import time

import gevent
from flask import Response, g, request

from .errors import over_limit, unauthenticated
from .faults import REFUSALS, Fault
from .settings import Settings
from .wire import dumps
from .world import Account, World


def kind_of_request() -> str:
    """Answer the view function's name, e.g. list_records, search, batch_read: the traffic is
    counted by it."""
    return (request.endpoint or "unknown").rpartition(".")[2]


def admit(world: World) -> None:
    """Admit a request, or raise Problem when it is refused. Half of the latency comes before the
    work and half after it, so that an answer is as old as it would be from afar."""
    g.settings, g.account = world.settings, world.accounts.get(token())
    if g.account is None:
        raise unauthenticated()
    g.portal, now, kind = g.account.portal, time.monotonic(), kind_of_request()
    object_type = (request.view_args or {}).get("object_type")
    g.account.traffic.arrive(kind, object_type, now)
    check_limits(g.account, g.settings, kind, now)
    g.spoilt = {}
    for fault in world.faults.striking(kind, object_type):
        suffer(fault, kind)
    gevent.sleep(g.settings.latency_ms / 2000)


def suffer(fault: Fault, kind: str) -> None:
    """Delay or refuse the request, or mark its answer to be spoilt."""
    if fault.fault in ("latency", "timeout"):
        gevent.sleep(fault.ms / 1000)
    if fault.fault in REFUSALS:
        raise REFUSALS[fault.fault](fault, kind, g.portal.portal_id)
    g.spoilt[fault.fault] = fault


def spoil(response: Response, spoilt: dict[str, Fault]) -> None:
    """Spoil an answer. html: a proxy's page with status 200. answer: JSON that the fault names,
    with status 200. cut: the connection ends in the middle of the body."""
    if "answer" in spoilt:
        response.set_data(dumps(spoilt["answer"].body))
        response.status_code = 200
    if "html" in spoilt:
        response.set_data("<html><body><h1>We'll be right back</h1></body></html>")
        response.content_type = "text/html"
    if "cut" in spoilt:
        whole = response.get_data()
        response.set_data(whole[: len(whole) // 2])
        response.headers["Content-Length"] = str(len(whole))
        response.headers["Connection"] = "close"


def token() -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def check_limits(account: Account, settings: Settings, kind: str, now: float) -> None:
    if settings.daily_limit and account.today >= settings.daily_limit:
        raise over_limit("DAILY", account.portal.portal_id)
    if kind == "search" and not account.secondly.admit(now, settings.search_limit):
        raise over_limit("SECONDLY", account.portal.portal_id)
    if kind != "search" and not account.rolling.admit(now, settings.rate_limit):
        raise over_limit("TEN_SECONDLY_ROLLING", account.portal.portal_id)
    account.today += 1


def leave(response: Response) -> Response:
    """Count the answer and put the rate headers on it; search answers carry none."""
    account: Account | None = g.get("account")
    if account is None:
        return response
    kind = kind_of_request()
    account.traffic.answered(kind, response.status_code)
    if kind != "search":
        response.headers.update(rate_headers(account, g.settings, time.monotonic()))
    spoil(response, g.get("spoilt", {}))
    gevent.sleep(g.settings.latency_ms / 2000)
    return response


def rate_headers(account: Account, settings: Settings, now: float) -> dict[str, str]:
    daily = {
        "X-HubSpot-RateLimit-Daily": str(settings.daily_limit),
        "X-HubSpot-RateLimit-Daily-Remaining": str(max(0, settings.daily_limit - account.today)),
    }
    rolling = {
        "X-HubSpot-RateLimit-Max": str(settings.rate_limit),
        "X-HubSpot-RateLimit-Remaining": str(
            max(0, settings.rate_limit - account.rolling.count(now))
        ),
        "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
    }
    return (daily if settings.daily_limit else {}) | (rolling if settings.rate_limit else {})
