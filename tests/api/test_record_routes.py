"""Records over HTTP: pages, filters, one record's past and links, of one portal and no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg.types.json import Jsonb

import jobs
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS, Client, asking_of
from tests.reading import FILL, canary

READS = ("records:read",)
DEFINITION = """
insert into hubspot_properties (portal_id, object_type, name, label, type, raw_json)
values (%s, %s, %s, %s, %s, %s) on conflict do nothing
"""
CONTACT = """
insert into hubspot_contacts_raw (portal_id, hubspot_id, email, firstname, createdate, raw_json,
    fetched_at, updated_at, archived)
values (%s, %s, %s, %s, %s, %s, '2026-01-01', '2026-01-01', %s)
"""
CARS = """
with told as (update portals set schemas_changed_at = now())
update hubspot_schemas set raw_json = %s where portal_id = %s
"""
HOSTILE = ("<img src=x onerror=alert(1)>", '=HYPERLINK("http://evil.example")', "O'Hara \\ %_")


CONTACTS = [str(1_000 + n) for n in range(12)]


@pytest.fixture
def served(served: Servers) -> Servers:
    """Give servers whose portals are filled, for a test that changes something."""
    _fill(served)
    return served


@pytest.fixture(scope="module")
def reading(served_to_all: Servers) -> Client:
    """Give the clients of tests that change nothing, with CONTACTS beside the rest."""
    _fill(served_to_all)
    _add_contacts(served_to_all)
    return asking_of(served_to_all)


def _fill(served: Servers) -> None:
    """Fill both portals with one of everything, under equal ids."""
    with served.database.transaction() as conn:
        conn.execute("delete from portals")
        for portal in (OURS, OTHERS):
            cursor = psycopg.ClientCursor(conn)
            cursor.execute(FILL.encode(), {"portal": portal, "canary": canary(portal)})
            for name, kind in (("firstname", "string"), ("email", "string"),
                               ("createdate", "datetime"), ("score", "number")):  # fmt: skip
                conn.execute(DEFINITION, [portal, "contacts", name, name, kind, Jsonb({})])
            conn.execute(CARS, [Jsonb({"objectTypeId": "2-1", "name": "cars"}), portal])
            secret = Jsonb({"dataSensitivity": "sensitive"})
            conn.execute(DEFINITION, [portal, "contacts", "illness", "Illness", "string", secret])
            for name in ("dealname", "dealstage", "pipeline"):
                conn.execute(DEFINITION, [portal, "deals", name, name, "string", Jsonb({})])


def add(served: Servers, hubspot_id: str, archived: bool = False, **properties: Any) -> None:
    """Add a contact of ours whose columns say the same as its raw_json."""
    columns = [properties.get(name) for name in ("email", "firstname", "createdate")]
    with served.database.transaction() as conn:
        row = [OURS, hubspot_id, *columns, Jsonb({"properties": properties}), archived]
        conn.execute(CONTACT, row)


def _add_contacts(served: Servers) -> None:
    """Add twelve contacts more: every third without a score, texts that are hostile."""
    for n, hubspot_id in enumerate(CONTACTS):
        told = {"firstname": HOSTILE[n % 3], "colour": "blue" if n < 3 else f"shade {n}"}
        told |= {} if n % 3 == 0 else {"score": str(n * 10)}
        add(served, hubspot_id, illness=f"SECRET-{n}", createdate=f"2026-02-{n + 1:02}", **told)


def ids(client: FlaskClient, query: str = "") -> list[str]:
    answer = client.get(f"/api/v1/records/contacts?limit=100&{query}")
    assert answer.status_code == 200, answer.json
    return [each["id"] for each in answer.json["records"]]


def leafed(client: FlaskClient, query: str, limit: int) -> Iterator[str]:
    cursor: str | None = ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        answer = client.get(f"/api/v1/records/contacts?limit={limit}&{query}{more}").json
        yield from (each["id"] for each in answer["records"])
        cursor = answer["next_cursor"]


@pytest.mark.parametrize("sort", ["id", "-id", "score", "-score", "createdate", "-colour"])
def test_pages_show_every_record_once_and_in_order(reading: Client, sort: str) -> None:
    client = reading(*READS)
    whole = ids(client, f"sort={sort}")
    assert sorted(whole) == sorted([*CONTACTS, "101", "102"])
    for limit in (1, 3, 14):
        assert list(leafed(client, f"sort={sort}", limit)) == whole


def test_records_are_sorted_by_value_and_the_ones_without_come_last(reading: Client) -> None:
    with_score = [CONTACTS[n] for n in (1, 2, 4, 5, 7, 8, 10, 11)]
    client = reading(*READS)
    assert ids(client, "sort=score")[:8] == with_score
    assert ids(client, "sort=-score")[:8] == with_score[::-1]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (["colour:eq:blue"], [0, 1, 2]),
        (["colour:in:blue;shade 7"], [0, 1, 2, 7]),
        (["colour:ne:blue", "score:gte:100"], [10, 11]),
        (["score:eq:10.0"], [1]),
        (["score:lt:30"], [1, 2]),
        (["score:in:10;20"], [1, 2]),
        (["createdate:gt:2026-02-11"], [11]),
        (["createdate:lte:2026-02-02T00:00:00Z", "firstname:contains:IMG SRC"], [0]),
        (["firstname:contains:%_"], [2, 5, 8, 11]),
        (["firstname:eq:<img src=x onerror=alert(1)>"], [0, 3, 6, 9]),
        (["score:empty", "firstname:contains:img"], [0, 3, 6, 9]),
        (["score:empty:false", "colour:eq:blue"], [1, 2]),
        (["colour:eq:no such"], []),
        (["colour:eq:blue'; drop table portals; --"], []),
    ],
)
def test_filters(reading: Client, conditions: list[str], expected: list[int]) -> None:
    answer = reading(*READS).get(
        "/api/v1/records/contacts", query_string={"filter": conditions, "sort": "createdate"}
    )
    shown = [each["id"] for each in answer.json["records"]]
    assert shown == [CONTACTS[n] for n in expected]


@pytest.mark.parametrize(
    "query",
    [
        "filter=nothing:eq:1", "filter=raw_json:eq:1", "filter=colour", "filter=colour:like:x",
        "filter=illness:eq:SECRET-1", "sort=illness", "fields=illness", "sort=-portal_id",
        "filter=score:gt:much", "filter=createdate:lt:soon", "filter=colour:eq:",
        "filter=colour:eq:%00", "filter=score:eq:1e9", "filter=score:empty:perhaps",
        "cursor=x", "cursor=AAAA", "limit=0", "limit=101", "fields=colour,archived",
        "&".join(["filter=colour:eq:x"] * 11), f"filter=colour:in:{';'.join('x' * 51)}",
    ],
)  # fmt: skip
def test_only_what_the_portal_defines_is_asked_for(reading: Client, query: str) -> None:
    answer = reading(*READS).get(f"/api/v1/records/contacts?{query}")
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")


def test_a_cursor_holds_for_its_question_only(reading: Client) -> None:
    client = reading(*READS, portals=(OURS, OTHERS))
    path = f"/api/v1/records/contacts?portal={OURS}&limit=2"
    cursor = client.get(path).json["next_cursor"]
    assert client.get(f"{path}&cursor={cursor}").status_code == 200
    flipped = ("B" if cursor[20] == "A" else "A").join((cursor[:20], cursor[21:]))
    elsewhere = path.replace(str(OURS), str(OTHERS))
    for other in (
        f"{path}&cursor={flipped}",
        f"{path}&cursor={cursor[:-4]}",
        f"{path}&sort=score&cursor={cursor}",
        f"{path}&filter=colour:eq:blue&cursor={cursor}",
        f"{elsewhere}&cursor={cursor}",
    ):
        assert client.get(other).status_code == 422, other


def test_sensitive_properties_need_a_scope_of_their_own(asking: Client, served: Servers) -> None:
    _add_contacts(served)
    paths = ("/api/v1/records/contacts?fields=*", f"/api/v1/records/contacts/{CONTACTS[1]}")
    for path in (*paths, "/api/v1/records/contacts/properties"):
        answer = asking(*READS).get(path)
        assert answer.status_code == 200
        assert "SECRET" not in answer.text and "illness" not in answer.text
    trusted = asking(*READS, "records:read:sensitive")
    for path in (*paths, "/api/v1/records/contacts?filter=illness:eq:SECRET-1&fields=illness"):
        assert "SECRET-1" in trusted.get(path).text
    with served.database.transaction() as conn:
        noted = conn.execute(
            "select about_portal, details from audit_entries where action = 'sensitive read'"
        ).fetchall()
    assert [each["about_portal"] for each in noted] == [OURS] * 3
    assert "SECRET" not in str(noted) and "illness" in str(noted)


ROUTES = (
    "/records", "/records/contacts", "/records/contacts?fields=*&sort=-createdate",
    "/records/contacts?fields=colour&filter=colour:contains:CANARY", "/records/cars?fields=*",
    f"/records/contacts?fields=colour&filter=colour:eq:{canary(OTHERS)}",
    "/records/contacts/properties", "/records/contacts/101", "/records/deals/301",
    "/records/cars/601", "/records/deals/301/history", "/records/contacts/101/associations",
    "/records/deals/301/associations", "/records/companies/201/associations",
    "/records/calls/401/associations", "/records/contacts/101/trace", "/search?text=CANARY",
    "/search?text=101", "/search?text=ann@example.com",
)  # fmt: skip


def test_every_route_answers_of_one_portal_alone(reading: Client) -> None:
    client = reading()
    texts = {path: client.get(f"/api/v1{path}") for path in ROUTES}
    assert {path: each.status_code for path, each in texts.items() if each.status_code != 200} == {}
    assert [path for path, each in texts.items() if canary(OTHERS) in each.text] == []
    ours = [path for path, each in texts.items() if canary(OURS) in each.text]
    assert len(ours) >= 9, ours
    theirs = [f"/api/v1{path}{'&' if '?' in path else '?'}portal={OTHERS}" for path in ROUTES]
    assert {client.get(path).status_code for path in theirs} == {404}


def test_what_is_not_there_is_not_found(reading: Client) -> None:
    client = reading()
    for path in ("ghosts", "contacts/999", "contacts/x", "contacts/999/history", "webhook_events",
                 "contacts/999/trace", "contacts/999/associations", "ghosts/1"):  # fmt: skip
        assert client.get(f"/api/v1/records/{path}").status_code == 404, path
    assert client.post("/api/v1/records/contacts/x/refresh").status_code == 404


def test_an_archived_record_says_so_and_is_in_no_list(asking: Client, served: Servers) -> None:
    add(served, "1500", archived=True, colour="blue")
    client = asking()
    assert client.get("/api/v1/records/contacts/1500").json["archived"] is True
    assert "1500" not in ids(client) and ids(client, "filter=colour:eq:blue") == []


def test_a_read_is_answered_once(asking: Client, served: Servers) -> None:
    client, path = asking(), "/api/v1/records/contacts/101"
    tag = client.get(path).headers["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    with served.database.transaction() as conn:
        conn.execute("update hubspot_contacts_raw set synced_at = synced_at + interval '1 second'")
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


STANDING = """
update hubspot_contacts_raw set updated_at = %s, fetched_at = %s where hubspot_id = '101'
"""
T = "2026-03-01T12:00:00"


@pytest.mark.parametrize(
    ("updated", "fetched", "event", "status"),
    [
        ("11:00", "11:30", None, 504),  # read before
        ("11:00", "12:01", None, 200),  # read since
        ("12:00", "11:59", None, 200),  # HubSpot's own time of the change
        ("11:00", "12:01", "11:59", 504),  # an event from before waits
        ("11:00", "12:01", "12:30", 200),  # the one that waits is of later
    ],
)
def test_fresh_since_waits_until_the_copy_has_seen_the_moment(
    asking: Client, served: Servers, updated: str, fetched: str, event: str | None, status: int
) -> None:
    with served.database.transaction() as conn:
        conn.execute("delete from pending_changes")
        conn.execute(STANDING, [f"2026-03-01 {updated}", f"2026-03-01 {fetched}"])
        if event:
            conn.execute(
                "insert into pending_changes (portal_id, object_type, hubspot_id, event_at)"
                " values (%s, 'contacts', '101', %s)",
                [OURS, f"2026-03-01 {event}"],
            )
    path = f"/api/v1/records/contacts/101?fresh_since={T}Z&wait=0"
    assert asking(*READS).get(path).status_code == status
    assert asking(*READS).get(path.replace(f"{T}Z", T)).status_code == 422


def test_a_refresh_marks_the_record_with_its_links_and_wakes_the_fetch(
    asking: Client, served: Servers
) -> None:
    path = "/api/v1/records/contacts/102/refresh"
    assert asking(*READS).post(path).status_code == 403
    answer = asking("replay:write").post(path)
    assert (answer.status_code, answer.json["portal_is_paused"]) == (202, False)
    with served.database.transaction() as conn:
        mark = conn.execute(
            "select portal_id, associations from pending_changes where hubspot_id = '102'"
        ).fetchall()
        noted = conn.execute(
            "select about_portal, details from audit_entries where action = 'refresh'"
        ).fetchall()
    assert [each["portal_id"] for each in mark] == [OURS]
    assert sorted(mark[0]["associations"]) == ["calls", "companies", "deals"]
    assert noted == [{"about_portal": OURS, "details": {"type": "contacts", "id": "102"}}]
    assert jobs.queued(served.server, jobs.FETCH) == {(OURS, "contacts")}


def test_associations_have_names_and_both_ends(reading: Client) -> None:
    answer = reading(*READS).get("/api/v1/records/contacts/101/associations").json
    found = {each["object_type"]: each for each in answer["associations"]}
    assert [each["id"] for each in found["companies"]["records"]] == ["201"]
    of_deal = reading(*READS).get("/api/v1/records/deals/301/associations").json
    [contact] = of_deal["associations"][0]["records"]
    assert (contact["id"], contact["is_here"], contact["name"]) == ("101", True, None)
