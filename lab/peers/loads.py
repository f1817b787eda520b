"""The peers: how each is installed, started and read, and which of its streams equal what."""

from __future__ import annotations

import json
import os
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.peers import airbyte, environments, singer
from lab.peers.compare import Record, Stream, flat
from lab.peers.environments import NotInstalled

PROGRAMS = Path(__file__).with_name("programs")
DLT_CHECKOUT = "SPOKE_PEERS_DLT"  # a checkout of dlt-hub/verified-sources
CUSTOM = "cars"
TYPES = (
    "contacts", "companies", "deals", "calls", "tickets", "line_items", "products", "emails",
    "meetings", "notes", "tasks",
)  # fmt: skip
PIPELINES = ("pipelines of deals", "pipelines of tickets")
_PATIENCE_SECONDS = 900

Read = tuple[str, str, Record]  # stream, id, record


@dataclass(frozen=True, slots=True)
class Place:
    """Where a peer reads: the portal's address and token, and a folder for its files."""

    url: str
    token: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Peer:
    """`install` answers the environment's folder, or raises NotInstalled; `load` reads the whole
    portal. `not_served` are its streams of endpoints that the simulator does not serve."""

    name: str
    install: Callable[[], Path]
    load: Callable[[Path, Place], Iterator[Read]]
    streams: tuple[Stream, ...]
    not_served: tuple[str, ...] = ()


class Failed(Exception):
    """A peer ended with an error; the message has its last words."""


@dataclass(frozen=True, slots=True)
class Program:
    """A process of a peer's, and the variables that it gets beside the portal's address."""

    command: list[str]
    more: Mapping[str, str] = field(default_factory=dict)

    def lines(self, place: Place) -> Iterator[dict[str, Any]]:
        """Yield the JSON lines that a program prints. It runs in a folder of its own: our package
        `hubspot` has the name of HubSpot's."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(place.folder),
            "PYTHONPATH": str(PROGRAMS),
            "SPOKE_PEER_HUBSPOT": place.url,
            "SPOKE_PEER_TOKEN": place.token,
            "SPOKE_PEER_TYPES": json.dumps([*TYPES, f"p_{CUSTOM}"]),
            **self.more,
        }
        ended = subprocess.run(
            self.command,
            cwd=place.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
        )
        if ended.returncode:
            last = ended.stderr[-2000:] or ended.stdout[-2000:]
            raise Failed(f"{self.command[-1]} ended with {ended.returncode}: {last}")
        for line in ended.stdout.splitlines():
            if line.startswith("{"):
                yield json.loads(line)


def by_python_client(environment: Path, place: Place) -> Iterator[Read]:
    command = [str(environment / "bin/python"), str(PROGRAMS / "python_client.py")]
    return as_the_api_says(Program(command).lines(place))


def by_node_client(environment: Path, place: Place) -> Iterator[Read]:
    modules = {"NODE_PATH": str(environment / "node_modules")}
    program = Program(["node", str(PROGRAMS / "node_client.cjs")], modules)
    return as_the_api_says(program.lines(place))


def as_the_api_says(lines: Iterator[dict[str, Any]]) -> Iterator[Read]:
    """Yield records in the API's own shape; of histories the newest values."""
    for line in lines:
        stream, record = line["stream"], line["record"]
        if stream == "owners" or stream in PIPELINES:
            yield stream, record["id"], Record(flat(record))
            continue
        times = {name: record[name] for name in ("createdAt", "updatedAt")}
        history = record.get("propertiesWithHistory") or {}
        newest = {name: found[0]["value"] for name, found in history.items() if found}
        values = newest if stream == "deals with history" else record["properties"] | times
        yield stream, record["id"], Record(values, links_of(record))


def links_of(record: Mapping[str, Any]) -> dict[str, set[str]]:
    """Answer the inline associations of a record; "line items" is a type, too."""
    found = record.get("associations") or {}
    return {
        name.replace(" ", "_"): {str(one["id"]) for one in links["results"]}
        for name, links in found.items()
    }


def by_singer(environment: Path, place: Place) -> Iterator[Read]:
    command = [str(environment / "bin/python"), str(PROGRAMS / "singer_tap.py")]
    return singer.read(Program(command).lines(place), links_of)


def by_airbyte(environment: Path, place: Place) -> Iterator[Read]:
    """Yield a full load from the lists, then one from search, as of a state of long ago."""
    for after, prefix in ((None, ""), (airbyte.LONG_AGO, airbyte.SEARCHED)):
        arguments = airbyte.files(place.folder, place.token, after)
        command = [str(environment / "bin/source-hubspot"), "read", *arguments]
        yield from airbyte.read(Program(command).lines(place), prefix)


def by_dlt(environment: Path, place: Place) -> Iterator[Read]:
    command = [str(environment / "bin/python"), str(PROGRAMS / "dlt_source.py")]
    lines = Program(command, {DLT_CHECKOUT: checkout()}).lines(place)
    newest: dict[tuple[str, str], dict[str, tuple[str, Any]]] = defaultdict(dict)
    for line in lines:
        stream, items = line["stream"], line["record"]
        for item in items if isinstance(items, list) else [items]:
            if "property_name" in item:
                kept = newest[stream, item["object_id"]]
                version = (item["timestamp"], item["value"])
                name = item["property_name"]
                kept[name] = max(kept.get(name, version), version, key=lambda one: one[0])
            else:
                yield stream, item["id"], of_dlt(item)
    for (stream, key), versions in newest.items():
        yield stream, key, Record({name: value for name, (_, value) in versions.items()})


def _is_links(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, dict) and "value" in first


def of_dlt(item: Mapping[str, Any]) -> Record:
    """Yield properties beside lists of links, {"value": the record, "contacts_id": the other}."""
    linked = {
        name: {str(one[f"{name}_id"]) for one in value}
        for name, value in item.items()
        if _is_links(value)
    }
    rest = {name: value for name, value in item.items() if name not in linked}
    rest.pop("is_deleted", None)
    if "hs_object_id" in rest:
        rest.pop("id")
    return Record(flat(rest), linked)


def checkout() -> str:
    folder = os.environ.get(DLT_CHECKOUT, "")
    if not folder:
        raise NotInstalled(f"its source is in no wheel; name a checkout in {DLT_CHECKOUT}")
    if not (Path(folder) / "sources" / "hubspot").is_dir():
        raise NotInstalled(f"{DLT_CHECKOUT}={folder} has no folder sources/hubspot")
    return folder


def install_dlt() -> Path:
    checkout()
    return environments.python_environment("dlt", "dlt==1.31.0")


def _clients_streams() -> tuple[Stream, ...]:
    links = ("contacts", "companies", "deals", "calls")
    return (
        *(Stream(name, name, links) for name in TYPES),
        *(Stream(f"{name} archived", name, archived=True) for name in TYPES),
        Stream(f"p_{CUSTOM}", CUSTOM, links),
        Stream(f"p_{CUSTOM} archived", CUSTOM, archived=True),
        Stream("deals with history", "deals", partial=True),
        Stream("owners", "owners", archived=None),
        *(Stream(name, name, archived=None) for name in PIPELINES),
    )


_DLT_LINKS = {"contacts": ("deals",), "companies": ("contacts", "deals")}
_NO_TIMES = frozenset({"createdAt", "updatedAt"})

PEERS = (
    Peer(
        "HubSpot's Python client 12.0.0",
        lambda: environments.python_environment("python-client", "hubspot-api-client==12.0.0"),
        by_python_client,
        _clients_streams(),
    ),
    Peer(
        "HubSpot's Node client 13.5.0",
        lambda: environments.node_environment("node-client", "@hubspot/api-client@13.5.0"),
        by_node_client,
        _clients_streams(),
    ),
    Peer(
        "Airbyte's source 5.7.0",
        lambda: environments.python_environment("airbyte", "airbyte-source-hubspot==5.7.0"),
        by_airbyte,
        airbyte.STREAMS,
        airbyte.NOT_SERVED,
    ),
    Peer(
        "singer's tap-hubspot 4.5.0",
        lambda: environments.python_environment("singer", "tap-hubspot==4.5.0"),
        by_singer,
        singer.STREAMS,
        singer.NOT_SERVED,
    ),
    Peer(
        "dlt's HubSpot source",
        install_dlt,
        by_dlt,
        (
            *(
                Stream(name, name, _DLT_LINKS.get(name, ()), archived=None, without=_NO_TIMES)
                for name in ("contacts", "companies", "deals", "tickets", "products")
            ),
            *(
                Stream(f"{name}_property_history", name, archived=False, without=_NO_TIMES)
                for name in ("contacts", "companies", "deals", "tickets", "products")
            ),
            Stream("owners", "owners", archived=None, partial=True),
            Stream("pipelines_deals", "pipelines of deals", archived=None),
            Stream("pipelines_tickets", "pipelines of tickets", archived=None),
        ),
    ),
)
