"""The pipelines of a portal: stages with HubSpot's metadata, whose values are strings."""

from collections.abc import Callable
from typing import Any

from hubspot.objects import OBJECT_TYPES, ObjectType

from .errors import Problem

Described = dict[str, Any]  # a pipeline or a stage, as the API shows it

_SINCE = "2019-08-06T02:41:08.029Z"
_DEFAULT = [
    ("appointmentscheduled", "Appointment Scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4"),
    ("presentationscheduled", "Presentation Scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    ("contractsent", "Contract Sent", "0.9"),
    ("closedwon", "Closed Won", "1.0"),
    ("closedlost", "Closed Lost", "0.0"),
]
_RENEWALS = [
    ("94630417", "Renewal due", "0.5"),
    ("94630418", "In negotiation", "0.7"),
    ("94630419", "Renewed", "1.0"),
    ("94630420", "Churned", "0.0"),
]
_STEPS = (("new", "false"), ("working", "false"), ("done", "true"))
_SUPPORT = [
    ("1", "New", "OPEN"),
    ("2", "Waiting on contact", "OPEN"),
    ("3", "Waiting on us", "OPEN"),
    ("4", "Closed", "CLOSED"),
]


def deal_stage(place: int, stage: tuple[str, str, str]) -> dict[str, Any]:
    closed = str(stage[2] in ("1.0", "0.0")).lower()
    return described(place, stage[0], stage[1], {"isClosed": closed, "probability": stage[2]})


def ticket_stage(place: int, stage: tuple[str, str, str]) -> dict[str, Any]:
    closed = str(stage[2] == "CLOSED").lower()
    return described(place, stage[0], stage[1], {"isClosed": closed, "ticketState": stage[2]})


def described(place: int, name: str, label: str, metadata: dict[str, str]) -> dict[str, Any]:
    return {
        "id": name, "label": label, "displayOrder": place, "metadata": metadata,
        "createdAt": _SINCE, "updatedAt": _SINCE, "archived": False,
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
    }  # fmt: skip


def pipeline(place: int, name: str, label: str, stages: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": name, "label": label, "displayOrder": place, "stages": stages,
        "createdAt": _SINCE, "updatedAt": _SINCE, "archived": False,
    }  # fmt: skip


def pipelines() -> dict[str, list[dict[str, Any]]]:
    """Make object type → its pipelines. Ids are opaque: some read as words, some as numbers."""
    default, renewals = (
        [deal_stage(*numbered) for numbered in enumerate(stages)]
        for stages in (_DEFAULT, _RENEWALS)
    )
    support = [ticket_stage(*numbered) for numbered in enumerate(_SUPPORT)]
    return {
        "deals": [
            pipeline(0, "default", "Sales Pipeline", default),
            pipeline(1, "52913840", "Renewals", renewals),
        ],
        "tickets": [pipeline(0, "0", "Support Pipeline", support)],
        **{
            kind.name: [_first(kind)]
            for kind in OBJECT_TYPES.values()
            if kind.optional and kind.has_pipelines
        },
    }


def _first(kind: ObjectType) -> dict[str, Any]:
    """Make the one pipeline that a type without any of its own begins with."""
    stages = [
        described(place, f"{kind.singular}-{name}", name.capitalize(), {"isClosed": is_closed})
        for place, (name, is_closed) in enumerate(_STEPS)
    ]
    return pipeline(0, f"{kind.singular}-pipeline", f"{kind.singular} pipeline", stages)


def new_pipeline(
    next_id: Callable[[], str], kind: ObjectType, wanted: dict[str, Any], at: str
) -> Described:
    """Make a pipeline as a client asks for it; HubSpot chooses the ids."""
    stages = [new_stage(next_id, kind, one, at) for one in wanted.get("stages") or ()]
    made = pipeline(wanted.get("displayOrder", 0), next_id(), wanted["label"], stages)
    return made | {"createdAt": at, "updatedAt": at}


def new_stage(
    next_id: Callable[[], str], kind: ObjectType, wanted: dict[str, Any], at: str
) -> Described:
    """Make a stage; raise Problem for a deal's stage without the probability that HubSpot insists
    on."""
    metadata = {name: str(value) for name, value in (wanted.get("metadata") or {}).items()}
    if kind.name == "deals" and not is_probability(metadata.get("probability", "")):
        raise Problem(400, "A deal stage needs a probability between 0.0 and 1.0 in its metadata")
    closed = metadata.get("probability") in ("1.0", "0.0", "1", "0")
    closed = closed or metadata.get("ticketState") == "CLOSED"
    metadata = {"isClosed": str(closed).lower()} | metadata
    made = described(wanted.get("displayOrder", 0), next_id(), wanted["label"], metadata)
    return made | {"createdAt": at, "updatedAt": at}


def is_probability(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False


def changed(found: Described, wanted: dict[str, Any], names: tuple[str, ...], at: str) -> Described:
    """Set the wanted ones of the names, in place."""
    found |= {name: wanted[name] for name in names if name in wanted} | {"updatedAt": at}
    return found
