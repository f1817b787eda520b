"""/marketing/marketing-events: events by their external ids, and who took part.

https://developers.hubspot.com/docs/api-reference/latest/marketing/marketing-events/guide
"""

from typing import Any

from flask import Blueprint, Response, request

from ..errors import Problem, not_found
from ..families import Entries
from ..wire import iso
from .families import entries, paged
from .reply import DATED, asked, empty, portal, reply

_ALL = f"/marketing/marketing-events/{DATED}"
_EVENT = f"{_ALL}/events/<external_id>"
_OBJECT = f"{_ALL}/<int:object_id>"
_STATES = {"register": "registrants", "attend": "attendees", "cancel": "cancellations"}
_MOST = 100


def register(api: Blueprint) -> None:
    api.get(_ALL)(several_events)
    api.post(f"{_ALL}/events")(create_event)
    api.get(f"{_ALL}/events/search")(search_events)
    api.get(_EVENT)(one_event)
    api.put(_EVENT)(put_event)
    api.patch(_EVENT)(change_event)
    api.delete(_EVENT)(delete_event)
    api.post(f"{_EVENT}/cancel")(cancel_event)
    api.post(f"{_EVENT}/complete")(complete_event)
    api.post(f"{_ALL}/attendance/<external_id>/<state>/email-create")(attend_by_email)
    api.get(_OBJECT)(event_by_id)
    api.delete(_OBJECT)(delete_by_id)


def _key(external_id: str) -> str:
    return f"{request.args.get('externalAccountId', '')}/{external_id}"


def _events() -> Entries:
    return entries("marketing_events")


def _found(key: str) -> dict[str, Any]:
    one: dict[str, Any] | None = _events().get(key)
    if one is None:
        raise not_found(f"marketing event {key}")
    return one


def _by_id(object_id: int) -> str:
    for key, one in _events().items():
        if one["id"] == str(object_id):
            return key
    raise not_found(f"marketing event {object_id}")


def _put(key: str, given: dict[str, Any]) -> Response:
    """Make an event, or give one new values; its id and its people stay."""
    for name in ("eventName", "eventOrganizer"):
        if not given.get(name):
            raise Problem(400, f"{name} is required", "VALIDATION_ERROR")
    now, known = iso(portal().now()), _events().get(key, {})
    ids = [int(each["id"]) for each in _events().values()]
    made = {"id": str(max(ids, default=0) + 1), "createdAt": now, "people": {}}
    kept = made | {name: known[name] for name in made if name in known}
    _events()[key] = {"customProperties": []} | known | given | kept | {"updatedAt": now}
    return reply(_shown(_events()[key]))


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    states = [each["state"] for each in one["people"].values()]
    counts = {plural: states.count(state) for state, plural in _STATES.items()} | {"noShows": 0}
    told = {name: value for name, value in one.items() if name != "people"}
    return told | counts | {"objectId": one["id"]}


def several_events(version: str) -> Response:
    return paged([_shown(each) for each in _events().values()], _MOST)


def search_events(version: str) -> Response:
    """Find events by the beginning of their external id."""
    begin = request.args.get("q", "")
    found = [one for one in _events().values() if str(one["externalEventId"]).startswith(begin)]
    return reply({"results": [_shown(one) for one in found]})


def create_event(version: str) -> Response:
    body = asked()
    return _put(f"{body['externalAccountId']}/{body['externalEventId']}", dict(body))


def put_event(version: str, external_id: str) -> Response:
    body = asked()
    given = dict(body) | {"externalEventId": external_id}
    return _put(f"{body['externalAccountId']}/{external_id}", given)


def one_event(version: str, external_id: str) -> Response:
    return reply(_shown(_found(_key(external_id))))


def change_event(version: str, external_id: str) -> Response:
    return _changed(external_id, dict(asked()))


def cancel_event(version: str, external_id: str) -> Response:
    return _changed(external_id, {"eventCancelled": True})


def complete_event(version: str, external_id: str) -> Response:
    return _changed(external_id, {"eventCompleted": True} | dict(asked()))


def _changed(external_id: str, more: dict[str, Any]) -> Response:
    one = _found(_key(external_id))
    one |= more | {"updatedAt": iso(portal().now())}
    return reply(_shown(one))


def delete_event(version: str, external_id: str) -> Response:
    _found(_key(external_id))
    del _events()[_key(external_id)]
    return empty()


def event_by_id(version: str, object_id: int) -> Response:
    return reply(_shown(_found(_by_id(object_id))))


def delete_by_id(version: str, object_id: int) -> Response:
    del _events()[_by_id(object_id)]
    return empty()


def attend_by_email(version: str, external_id: str, state: str) -> Response:
    """Note what people did, by e-mail. No contact is made of an unknown one."""
    if state not in _STATES:
        raise Problem(400, f"{state} is no state of a subscriber", "VALIDATION_ERROR")
    people, contacts = _found(_key(external_id))["people"], portal().stores["contacts"]
    told = []
    for each in asked()["inputs"]:
        people[each["email"]] = {"state": state}
        known = contacts.find("email", each["email"])
        if known is not None:
            told.append({"vid": known.id, "email": each["email"], "properties": {}})
    now = iso(portal().now())
    return reply({"status": "COMPLETE", "results": told, "startedAt": now, "completedAt": now})
