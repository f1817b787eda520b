"""What Airbyte's HubSpot source is told and prints."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lab.peers.compare import Record, Stream, flat

LONG_AGO = "2006-06-01T00:00:00.000000Z"
SEARCHED = "searched "  # before the names of the streams that a state sends to search
_ENGAGEMENTS = {
    f"engagements_{name}": name for name in ("calls", "emails", "meetings", "notes", "tasks")
}
_SEARCHABLE = {
    "companies": ("contacts",),
    "contacts": ("companies",),
    "deals": ("contacts", "companies"),
    "tickets": ("contacts", "companies", "deals"),
    **dict.fromkeys(_ENGAGEMENTS, ("contacts", "companies", "deals")),
}
_HISTORY = {f"{name}_property_history": name for name in ("contacts", "companies", "deals")}
_KEYS = {
    "contacts_property_history": "vid",
    "companies_property_history": "companyId",
    "deals_property_history": "dealId",
}
_MODIFIED = frozenset({"createdAt", "updatedAt", "hs_lastmodifieddate"})
_EMPTY = ("deal_splits", "goals", "leads")  # types without records here

STREAMS = (
    *(Stream(name, _ENGAGEMENTS.get(name, name), links) for name, links in _SEARCHABLE.items()),
    *(
        Stream(SEARCHED + name, _ENGAGEMENTS.get(name, name), links)
        for name, links in _SEARCHABLE.items()
    ),
    *(Stream(name, kind, without=_MODIFIED) for name, kind in _HISTORY.items()),
    *(Stream(name, name) for name in ("line_items", "products", "cars")),
    Stream(SEARCHED + "cars", "cars"),
    *(Stream(name, name) for name in _EMPTY),
    Stream("deals_archived", "deals", archived=True),
    Stream("owners", "owners"),
    Stream("owners_archived", "owners", archived=True),
    Stream("ticket_pipelines", "pipelines of tickets"),
)
NOT_SERVED = (
    "campaigns", "contact_lists", "deal_pipelines", "email_events", "email_subscriptions",
    "engagements", "form_submissions", "forms", "marketing_emails", "subscription_changes",
    "workflows",
)  # fmt: skip


def files(folder: Path, token: str, after: str | None) -> list[str]:
    """Write the files of a read, and answer its arguments. A state as of `after` makes the source
    search for newer records; without one it lists everything."""
    credentials = {"credentials_title": "Private App Credentials", "access_token": token}
    names = [stream.name for stream in STREAMS]
    plain = [name for name in names if not name.startswith(SEARCHED)]
    searched = [name.removeprefix(SEARCHED) for name in names if name.startswith(SEARCHED)]
    told: dict[str, Any] = {
        "config": {"credentials": credentials, "start_date": "2006-06-01T00:00:00Z"},
        "catalog": catalog(plain, "full_refresh"),
    }
    if after:
        told["catalog"] = catalog(searched, "incremental")
        told["state"] = [state(name, after) for name in searched]
    for name, content in told.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return [part for name in told for part in (f"--{name}", str(folder / f"{name}.json"))]


def catalog(names: list[str], mode: str) -> dict[str, Any]:
    modes = ["full_refresh", "incremental"]
    return {
        "streams": [
            {
                "stream": {"name": name, "json_schema": {}, "supported_sync_modes": modes},
                "sync_mode": mode,
                "destination_sync_mode": "overwrite",
            }
            for name in names
        ]
    }


def state(name: str, after: str) -> dict[str, Any]:
    stream = {"stream_descriptor": {"name": name}, "stream_state": {"updatedAt": after}}
    return {"type": "STREAM", "stream": stream}


def read(lines: Iterator[dict[str, Any]], prefix: str) -> Iterator[tuple[str, str, Record]]:
    """Yield records as they come; of histories the newest values, at the end."""
    newest: dict[tuple[str, str], dict[str, tuple[int, Any]]] = defaultdict(dict)
    for line in lines:
        if line["type"] == "RECORD":
            stream, found = line["record"]["stream"], line["record"]["data"]
            if stream in _HISTORY:
                kept = newest[stream, str(found[_KEYS[stream]])]
                version = (found["timestamp"], found["value"])
                name = found["property"]
                kept[name] = max(kept.get(name, version), version, key=lambda one: one[0])
            else:
                yield prefix + stream, found["id"], _record(found)
    for (stream, key), versions in newest.items():
        yield stream, key, Record({name: value for name, (_, value) in versions.items()})


def _record(found: dict[str, Any]) -> Record:
    if "properties" not in found:
        return Record(flat(found))
    times = {name: found[name] for name in ("createdAt", "updatedAt")}
    links = {name: set(map(str, value)) for name, value in found.items() if isinstance(value, list)}
    return Record(found["properties"] | times, links)
