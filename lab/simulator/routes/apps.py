"""What a developer sets for an app, and the tokens that an app gets: /webhooks/… and /oauth/….

The simulator has one receiver: the target that an app sets is where every portal delivers to.
Subscriptions are kept and choose nothing. Neither asks for a portal's token.
https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
"""

from typing import Any

from flask import Blueprint, Response, request

from ..errors import Problem, not_found
from ..families import Entries
from ..portal import Portal
from ..wire import iso
from .reply import DATED, asked, empty, reply, world

routes = Blueprint("apps", __name__)
_APP = f"/webhooks/{DATED}/<int:app_id>"
_SUBSCRIPTION = f"{_APP}/subscriptions/<subscription_id>"
LIFE_SECONDS = 1800


def _first() -> Portal:
    return world().portal(None)


def _kept(family: str, app_id: int) -> Entries:
    """Answer what is kept of an app; it is put back with the first portal."""
    return _first().families.setdefault(family, {}).setdefault(str(app_id), {})


# -- where webhooks go


@routes.get(f"{_APP}/settings")
def webhook_settings(version: str, app_id: int) -> Response:
    kept = _kept("webhook_settings", app_id)
    if not kept:
        raise not_found(f"App {app_id} has no webhook settings")
    return reply(kept["all"])


@routes.put(f"{_APP}/settings")
def set_webhooks(version: str, app_id: int) -> Response:
    """Deliver to this target from now on."""
    body, kept, now = asked(), _kept("webhook_settings", app_id), iso(_first().now())
    made = kept.get("all", {}).get("createdAt", now)
    throttling = dict(body["throttling"])
    told = {"targetUrl": body["targetUrl"], "throttling": throttling}
    kept["all"] = told | {"createdAt": made, "updatedAt": now}
    world().change({"deliver_to": body["targetUrl"]})
    return reply(kept["all"])


@routes.delete(f"{_APP}/settings")
def clear_webhooks(version: str, app_id: int) -> Response:
    _kept("webhook_settings", app_id).clear()
    world().change({"deliver_to": ""})
    return empty()


# -- what is subscribed to


def _subscription(app_id: int, subscription_id: str) -> dict[str, Any]:
    one: dict[str, Any] | None = _kept("webhook_subscriptions", app_id).get(subscription_id)
    if one is None:
        raise not_found(f"Subscription {subscription_id} does not exist")
    return one


@routes.get(f"{_APP}/subscriptions")
def subscriptions(version: str, app_id: int) -> Response:
    return reply({"results": list(_kept("webhook_subscriptions", app_id).values())})


@routes.post(f"{_APP}/subscriptions")
def create_subscription(version: str, app_id: int) -> Response:
    body, kept, now = asked(), _kept("webhook_subscriptions", app_id), iso(_first().now())
    made = str(max(map(int, kept), default=0) + 1)
    named = {"id": made, "eventType": body["eventType"], "active": body.get("active", False)}
    told = {"propertyName": body.get("propertyName"), "objectTypeId": body.get("objectTypeId")}
    kept[made] = named | told | {"createdAt": now, "updatedAt": now}
    return reply(kept[made], 201)


@routes.get(_SUBSCRIPTION)
def one_subscription(version: str, app_id: int, subscription_id: str) -> Response:
    return reply(_subscription(app_id, subscription_id))


@routes.patch(_SUBSCRIPTION)
def change_subscription(version: str, app_id: int, subscription_id: str) -> Response:
    return reply(_changed(app_id, subscription_id, asked()["active"]))


@routes.delete(_SUBSCRIPTION)
def remove_subscription(version: str, app_id: int, subscription_id: str) -> Response:
    _subscription(app_id, subscription_id)
    del _kept("webhook_subscriptions", app_id)[subscription_id]
    return empty()


@routes.post(f"{_APP}/subscriptions/batch/update")
def change_subscriptions(version: str, app_id: int) -> Response:
    found = [_changed(app_id, str(each["id"]), each["active"]) for each in asked()["inputs"]]
    now = iso(_first().now())
    times = {"startedAt": now, "completedAt": now}
    return reply({"status": "COMPLETE", "results": found} | times)


def _changed(app_id: int, subscription_id: str, active: bool) -> dict[str, Any]:
    one = _subscription(app_id, subscription_id)
    one |= {"active": active, "updatedAt": iso(_first().now())}
    return one


# -- tokens


@routes.post("/oauth/v1/token")
def token() -> Response:
    """Give a portal's access token for refresh-{portal} or code-{portal}."""
    form = request.form
    if not (form.get("client_id") and form.get("client_secret")):
        raise Problem(400, "missing or unknown client id")
    given = {"authorization_code": "code", "refresh_token": "refresh_token"}
    named = given.get(form.get("grant_type", ""))
    if named is None:
        raise Problem(400, "missing or invalid grant_type")
    kind = named.partition("_")[0]
    access, portal_id = _account(form.get(named, "").removeprefix(f"{kind}-"))
    lasting = {"expires_in": LIFE_SECONDS, "token_type": "bearer"}
    return reply({"access_token": access, "refresh_token": f"refresh-{portal_id}"} | lasting)


def _account(portal_id: str) -> tuple[str, int]:
    for access, account in world().accounts.items():
        if str(account.portal.portal_id) == portal_id:
            return access, account.portal.portal_id
    raise Problem(400, "missing or invalid refresh token or code", "BAD_REFRESH_TOKEN")


@routes.get("/oauth/v1/access-tokens/<access>")
def access_token(access: str) -> Response:
    account = world().accounts.get(access)
    if account is None:
        raise not_found("access token")
    told = {"token": access, "expires_in": LIFE_SECONDS, "token_type": "access"}
    return reply(told | _whose(account.portal))


@routes.get("/oauth/v1/refresh-tokens/<refresh>")
def refresh_token(refresh: str) -> Response:
    _, portal_id = _account(refresh.removeprefix("refresh-"))
    told = {"token": refresh, "client_id": "simulated", "token_type": "refresh"}
    return reply(told | _whose(world().portal(portal_id)))


@routes.delete("/oauth/v1/refresh-tokens/<refresh>")
def forget_refresh_token(refresh: str) -> Response:
    """Say that it is gone. Portals keep their tokens: a test would lose its portal."""
    _account(refresh.removeprefix("refresh-"))
    return empty()


def _whose(held: Portal) -> dict[str, Any]:
    person = {"user": "admin@example.com", "user_id": 1, "app_id": 1, "scopes": ["oauth"]}
    return person | {"hub_id": held.portal_id, "hub_domain": "simulated.hubspot.test"}
