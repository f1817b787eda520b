"""Extractions over HTTP: five deals, read with a checkpoint after each page, killed and resumed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

import jobs
from api import rest
from db import scans
from operations import access_tokens, extractions
from operations.callers import SCOPES
from operations.servers import Servers
from settings import Settings
from tests.api.conftest import KEY, OTHERS, OURS, Client
from tests.api.generated import generated_client
from tests.processes import ACCESS_TOKEN, Simulator, simulator
from tests.stopping import environment_of, started
from workers import backfill, fetch, reconcile
from workers.context import Context
from workers.definitions import refresh, register

PATH = "/api/v1/extractions"
DEALS = {
    "5000": "appointmentscheduled",
    "25000": "qualifiedtobuy",
    "50000": "closedwon",
    "75000": "closedlost",
    "100000": "closedwon",
}


@pytest.fixture(scope="module")
def portal_of_five() -> Iterator[Simulator]:
    nothing = dict.fromkeys(("contacts", "companies", "deals", "calls"), 0)
    with simulator("http://127.0.0.1:9/", tokens=[ACCESS_TOKEN], **nothing) as running:
        for amount, stage in DEALS.items():
            named = {"dealname": f"Deal of {amount}", "amount": amount, "dealstage": stage}
            running.create("deals", named)
        running.control("keep")
        yield running


@pytest.fixture
def five(portal_of_five: Simulator) -> Iterator[Simulator]:
    """Give a HubSpot that has five deals and nothing else, also after a test that added some."""
    yield portal_of_five
    portal_of_five.control("put-back", timeout=0)  # nobody takes its deliveries


@pytest.fixture
def hub(five: Simulator, database_url: str, redis_url: str) -> Iterator[Context]:
    """Give the workers' side of that portal."""
    settings = Settings(
        database_url=database_url,
        redis_url=redis_url,
        hubspot_access_token=ACCESS_TOKEN,
        hubspot_api_base_url=five.url,
        hubspot_rate_limit=100_000,
        encryption_key=KEY,
    )
    opened = Context.open(settings, connections=8)
    register(opened, opened.client_with(ACCESS_TOKEN, "first"))
    for portal in opened.portals():
        refresh(opened, portal)
    yield opened
    opened.close()


@pytest.fixture
def program(hub: Context) -> FlaskClient:
    """Give a program whose token has every scope in that portal."""
    [portal] = hub.portals()
    token = access_tokens.make(hub, "a program", tuple(SCOPES), [portal.portal_id])
    made = rest.create(hub).test_client()
    made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return made


MANY_ENDED = """
insert into extractions (portal_id, object_types, properties, mode, page_size, checkpoint_interval,
    asked_by)
select %(portal)s, '{calls}', '{}', 'full', 100, 10, 'a test' from generate_series(1, %(count)s)
"""
# A worker's process that dies as of `kill -9` once its first page is stored.
DIES = """
import os, signal
from settings import Settings
from workers import backfill
from workers.context import Context

context = Context.open(Settings.from_env(), connections=8)
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
backfill.backfill(context, context.portals()[0], ["deals"], lambda scan: None, die)
"""


def die_after_a_page(hub: Context, log: Path) -> None:
    """Begin what waits in a process that is killed in the middle of it."""
    with started(log, environment_of(hub.settings), "-c", DIES) as worker:
        assert worker.process.wait(60) == -signal.SIGKILL, worker.said


def pages(client: FlaskClient, path: str, limit: int) -> list[list[dict[str, Any]]]:
    """Answer every page of the results."""
    found, cursor = list[list[dict[str, Any]]](), ""
    while True:
        answer = client.get(f"{path}/results?limit={limit}{cursor}").json
        found.append(answer["results"])
        if answer["next_cursor"] is None:
            return found
        cursor = f"&cursor={answer['next_cursor']}"


def test_five_deals_are_extracted_exactly(
    hub: Context, program: FlaskClient, tmp_path: Path
) -> None:
    [portal] = hub.portals()
    asked = {
        "object_types": ["deals"],
        "properties": ["dealname", "amount", "dealstage"],
        "page_size": 1,
        "checkpoint_interval": 1,
    }
    answer = program.post(PATH, json=asked)
    assert (answer.status_code, answer.json["status"]) == (202, "pending")
    path = f"{PATH}/{answer.json['scan_id']}"
    assert jobs.queued(hub.server, jobs.BACKFILL) == {(portal.portal_id,)}
    assert program.post(PATH, json=asked).status_code == 409
    assert program.get(f"{path}/results").status_code == 409

    die_after_a_page(hub, tmp_path / "log")
    so_far = program.get(path).json
    assert so_far["state"] == "running" and 1 <= so_far["records"] < 5
    assert so_far["types"][0]["checkpoint"] not in (None, "0")
    with hub.database.transaction() as conn:  # ten minutes without a sign of life
        conn.execute("update scans set heartbeat_at = now() - interval '11 minutes'")
    assert program.get(path).json["state"] == "crashed"
    assert program.get(f"{path}/results").status_code == 409
    assert program.post(f"{path}/resume").status_code == 200

    with closing(Context.open(hub.settings, connections=8)) as successor:
        assert program.post(f"{path}/pause").json["state"] == "paused"
        backfill.run(successor, portal.portal_id)
        assert program.get(path).json["records"] == so_far["records"]
        assert program.post(f"{path}/resume").status_code == 200
        backfill.run(successor, portal.portal_id)

    done = program.get(path).json
    assert (done["state"], done["records"], done["types"][0]["requests"] >= 5) == (
        "completed",
        5,
        True,
    )
    found = pages(program, path, 2)
    assert [len(page) for page in found] == [2, 2, 1]
    read = {each["properties"]["amount"]: each for page in found for each in page}
    assert {amount: each["properties"]["dealstage"] for amount, each in read.items()} == DEALS
    assert {len(each["properties"]) for each in read.values()} == {3}
    told = program.get(f"{PATH}/statistics").json
    assert (told["by_state"], told["records"]) == ({"completed": 1}, 5)
    assert program.post(f"{path}/cancel").status_code == 409
    assert program.delete(path).status_code == 204
    assert program.get(path).status_code == 404


def test_an_incremental_one_brings_what_changed(
    hub: Context, program: FlaskClient, five: Simulator
) -> None:
    [portal] = hub.portals()
    asked = {"object_types": ["deals"], "mode": "incremental"}
    assert program.post(PATH, json=asked).status_code == 409  # never read in full
    backfill.backfill(hub, portal, ["deals"], lambda scan: None)
    path = f"{PATH}/{program.post(PATH, json=asked).json['scan_id']}"
    five.create("deals", {"dealname": "New", "amount": "7"})
    assert program.post(f"{path}/pause").status_code == 409
    reconcile.asked(hub, portal.portal_id)
    assert program.get(path).json["state"] == "running"  # what it found is not fetched yet
    fetch.fetch_all(hub, portal, "deals")
    assert program.get(path).json["state"] == "completed"
    amounts = [each["properties"]["amount"] for page in pages(program, path, 10) for each in page]
    assert amounts == ["7"]


def test_a_generated_client_does_a_whole_extraction(
    hub: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [portal] = hub.portals()
    app = rest.create(hub)
    token = access_tokens.make(hub, "a program", tuple(SCOPES), [portal.portal_id])
    client, module = generated_client(app, token, tmp_path, monkeypatch)
    listed = module("portals.portals_portals").sync(client=client)
    assert [each.portal_id for each in listed.portals] == [portal.portal_id]
    refused = module("metrics.metrics_metrics").sync_detailed(client=client, portal=1)
    assert (refused.status_code, refused.parsed.status) == (404, 404)

    body = module("extractions.extractions_start").ExtractionIn.from_dict(
        {"object_types": ["deals"], "page_size": 1, "checkpoint_interval": 1}
    )
    begun = module("extractions.extractions_start").sync(client=client, body=body)
    backfill.run(hub, portal.portal_id)
    asked = {"scan_id": begun.scan_id, "client": client}
    done = module("extractions.extractions_one").sync(**asked)
    assert (done.state, done.records) == ("completed", 5)
    read, cursor = list[Any](), None
    while not read or cursor:
        page = module("extractions.extractions_results").sync(**asked, limit=2, cursor=cursor)
        read, cursor = read + page.results, page.next_cursor
    amounts = [each.properties["amount"] for each in read]
    assert sorted(amounts) == sorted(DEALS) and len(amounts) == 5
    gone = module("extractions.extractions_forget").sync_detailed(**asked)
    assert gone.status_code == 204


@pytest.fixture
def begun(served: Servers, asking: Client) -> str:
    """Give the path of an extraction of our portal that waits."""
    return f"{PATH}/{asking().post(PATH, json={'object_types': ['deals']}).json['scan_id']}"


def test_another_portals_extraction_does_not_exist(asking: Client, begun: str) -> None:
    stranger = asking(portals=(OTHERS,))
    for below in ("", "/results"):
        assert stranger.get(begun + below).status_code == 404
    for below in ("/pause", "/resume", "/cancel"):
        assert stranger.post(begun + below).status_code == 404
        assert asking().get(begun).json["state"] == "pending", below
    assert stranger.delete(begun).status_code == 404
    assert stranger.get(PATH).json["extractions"] == []
    assert stranger.get(f"{PATH}/statistics").json["total"] == 0
    assert asking().get(begun).json["state"] == "pending"


def test_no_more_than_may_be_run_at_once(served: Servers, asking: Client) -> None:
    client = asking()
    names = ["contacts", "companies", "deals", "calls", "tickets"]
    codes = [client.post(PATH, json={"object_types": [name]}).status_code for name in names]
    assert codes == [202] * served.settings.max_concurrent_scans + [429]
    busy = client.post(PATH, json={"object_types": ["contacts"]})
    assert busy.headers["Retry-After"] == "60"


def test_an_extraction_longer_than_a_day_ends(served: Servers, asking: Client, begun: str) -> None:
    with served.database.transaction() as conn:
        assert scans.end_long(conn) == 0
        conn.execute("update scans set created_at = now() - interval '25 hours'")
        assert scans.end_long(conn) == 1
    told = asking().get(begun).json
    assert told["state"] == "failed" and "24 hours" in told["error"]
    with served.database.transaction() as conn:
        conn.execute(MANY_ENDED, {"portal": OURS, "count": extractions.KEPT})
    assert asking().post(PATH, json={"object_types": ["deals"]}).status_code == 202
    assert asking().get(f"{PATH}/statistics").json["total"] == extractions.KEPT
    assert asking().get(begun).status_code == 404  # the oldest


def test_an_order_that_cannot_be_done_is_refused(asking: Client) -> None:
    client = asking()
    for body in (
        {"object_types": []},
        {"object_types": ["unicorns"]},
        {"object_types": ["deals"], "page_size": 101},
        {"object_types": ["deals"], "properties": ["no_such"]},
    ):
        assert client.post(PATH, json=body).status_code == 422, body
    assert client.get(PATH).json["extractions"] == []


def test_a_cursor_of_anothers_making_is_refused(
    served: Servers, asking: Client, begun: str
) -> None:
    with served.database.transaction() as conn:
        conn.execute("update scans set state = 'completed', finished_at = now()")
    assert asking().get(f"{begun}/results?cursor=WyJhIiwiMSJd.x").status_code == 422
    assert asking().get(f"{begun}/results").json == {"results": [], "next_cursor": None}


def test_starting_is_in_the_audit(served: Servers, asking: Client, begun: str) -> None:
    with served.database.transaction() as conn:
        rows = conn.execute("select action, about_portal from audit_entries").fetchall()
    assert rows == [{"action": "extraction started", "about_portal": OURS}]
    assert asking("status:read").post(PATH, json={"object_types": ["calls"]}).status_code == 403


def test_tokens_are_told_apart(hub: Context, program: FlaskClient, five: Simulator) -> None:
    path = "/api/v1/credentials/validate"
    good = program.post(path, json={"access_token": ACCESS_TOKEN})
    assert (good.status_code, good.json["portal_id"]) == (200, five.portal_id)
    assert program.post(path, json={"access_token": "nobody's"}).status_code == 401
    missing = {"fault": "status", "status": 403, "kinds": ["list_records"]}
    five.control("faults", api=[missing])
    assert program.post(path, json={"access_token": ACCESS_TOKEN}).status_code == 403
    with hub.database.transaction() as conn:
        told = str(conn.execute("select * from audit_entries").fetchall())
    assert ACCESS_TOKEN not in told and "credentials validated" in told
