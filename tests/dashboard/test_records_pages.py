"""The pages of records: hostile texts stay texts, portals apart, the whole state in the URL."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html import unescape

import psycopg
import pytest
import redis
from flask.testing import FlaskClient
from psycopg.types.json import Jsonb
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.exceptions import TooManyRequests

from dashboard import exports, record_answers, spreadsheet
from operations.callers import Caller
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS, Client
from tests.dashboard.conftest import EMAIL, Visit, visits_of
from tests.reading import FILL, canary

MARKUP, FORMULA = "<img src=x onerror=alert(1)>", '=HYPERLINK("http://evil.example","x")'
DEFINITION = """
insert into hubspot_properties (portal_id, object_type, name, label, type, raw_json)
values (%s, %s, %s, %s, %s, %s) on conflict do nothing
"""
CONTACT = """
insert into hubspot_contacts_raw (portal_id, hubspot_id, firstname, createdate, raw_json,
    fetched_at, updated_at)
values (%s, %s, %s, %s, %s, '2026-01-01', '2026-01-01')
"""
PAGES = (
    "/records", "/records?column=colour&sort=colour", "/records?type=deals&column=dealname",
    f"/records?filter=colour:eq:{canary(OTHERS)}", "/records/contacts/101", "/records/deals/301",
    "/records/companies/201", "/records/calls/401", "/search?text=CANARY", "/search?text=101",
    "/records.csv?column=colour",
)  # fmt: skip


@pytest.fixture
def served(served: Servers) -> Servers:
    """Give servers whose portals are filled, for a test that changes something."""
    _fill(served)
    return served


@pytest.fixture(scope="module")
def reader(served_to_all: Servers) -> FlaskClient:
    """Give the browser of a person who may read records, to tests that change nothing."""
    _fill(served_to_all)
    return visits_of(served_to_all)("records:read")


def _fill(served: Servers) -> None:
    """Fill both portals with one of everything; ours with twelve contacts with hostile texts,
    too."""
    with served.database.transaction() as conn:
        conn.execute("delete from portals")
        for portal in (OURS, OTHERS):
            cursor = psycopg.ClientCursor(conn)
            cursor.execute(FILL.encode(), {"portal": portal, "canary": canary(portal)})
            for name, kind in (("firstname", "string"), ("createdate", "datetime"),
                               ("site", "string"), ("score", "number")):  # fmt: skip
                label = f"{MARKUP} {name}"
                conn.execute(DEFINITION, [portal, "contacts", name, label, kind, Jsonb({})])
            secret = Jsonb({"dataSensitivity": "highly_sensitive"})
            of_deals = [portal, "deals", "dealname", "Name", "string", Jsonb({})]
            conn.execute(DEFINITION, of_deals)
            conn.execute(DEFINITION, [portal, "contacts", "illness", "Illness", "string", secret])
        for n in range(12):
            told = {"firstname": (MARKUP, FORMULA)[n % 2], "site": "javascript:alert(1)",
                    "colour": f"shade {n:02}", "score": str(-n), "illness": "SECRET"}  # fmt: skip
            made = f"2026-02-{n + 1:02}"
            raw = Jsonb({"properties": told | {"createdate": made}})
            conn.execute(CONTACT, [OURS, str(1_000 + n), told["firstname"], made, raw])


def test_every_page_shows_one_portal_alone(reader: FlaskClient) -> None:
    texts = {path: reader.get(path) for path in PAGES}
    assert {path: each.status_code for path, each in texts.items() if each.status_code != 200} == {}
    # The filter on the other portal's value shows what was typed, and finds nothing.
    shown = [path for path, each in texts.items() if canary(OTHERS) in each.text]
    assert shown == [path for path in PAGES if canary(OTHERS) in path]
    assert "No record fits" in texts[shown[0]].text
    assert sum(canary(OURS) in each.text for each in texts.values()) >= 5
    both = {f"{path}{'&' if '?' in path else '?'}portal={OTHERS}" for path in PAGES}
    assert {reader.get(path).status_code for path in both} == {404}


@pytest.mark.parametrize(
    "path",
    [
        "/records", "/records?column=site&column=firstname", "/records/contacts/1000",
        "/records/contacts/1001", f"/search?text={MARKUP}", f"/records?filter=site:eq:{MARKUP}",
        f"/records?sort={MARKUP}", f"/records?filter={MARKUP}",
    ],
)  # fmt: skip
def test_hostile_texts_stay_texts(reader: FlaskClient, path: str) -> None:
    text = reader.get(path).text
    assert "<img src=x" not in text and "onerror=alert" in text
    assert 'href="javascript:' not in text
    assert "SECRET" not in text and "Illness" not in text
    assert "csv" in path or "search" in path or 'data-live="5"' in text


def test_sensitive_properties_are_shown_to_whom_may_see_them_and_noted(
    visit: Visit, served: Servers
) -> None:
    client = visit("records:read", "records:read:sensitive")
    for path in (
        "/records?column=illness",
        "/records/contacts/1000",
        "/records.csv?column=illness",
    ):
        text = client.get(path).text
        assert "SECRET" in text and "data-live" not in text, "each reading would be an entry"
    with served.database.transaction() as conn:
        noted = conn.execute(
            "select details from audit_entries where action = 'sensitive read'"
        ).fetchall()
    assert [each["details"]["properties"] for each in noted] == [["illness"]] * 3


def test_filters_order_and_page_stand_in_the_url(visit: Visit, served: Servers) -> None:
    client = visit("records:read")
    form = "/records?filter=colour:contains:shade&property=score&operator=lte&value=-3&sort=-score"
    text = client.get(form).text
    assert shown(text) == [str(1_003 + n) for n in range(9)]
    without = [each for each in links(text) if "score%3Alte" not in each and "sort=-score" in each]
    assert len(shown(client.get(without[0]).text)) == 12
    assert "sort=createdate" in " ".join(links(text))
    with served.database.transaction() as conn:
        row = Jsonb({"properties": {"colour": "shade"}})
        for n in range(60):
            conn.execute(CONTACT, [OURS, str(2_000 + n), "Ann", "2025-01-01", row])
    first = client.get("/records?column=colour&sort=id").text
    [following] = [each for each in links(first) if "cursor=" in each]
    second = client.get(following).text
    everybody = shown(first) + shown(second)
    assert len(everybody) == 74 and len(set(everybody)) == 74
    assert client.get(f"{following[:-6]}AAAAAA").status_code == 422


def shown(text: str) -> list[str]:
    """Answer the ids in a table's first column."""
    return re.findall(r'class="who"><a [^>]*>[^<]*</a> <span class="note">(\d+)', text)


def links(text: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'href="(/records\?[^"]*)"', text)]


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/records?filter=nope:eq:1", 422, "There is no property"),
        ("/records?column=illness", 422, "There is no property"),
        ("/records?type=ghosts", 404, "no such page"),
        ("/records?type=tickets", 200, "are not known yet"),
        ("/records?filter=colour:eq:none", 200, "No record fits"),
        ("/records/contacts/999", 404, "The copy has no contacts record 999"),
        ("/records/contacts/x", 404, "no such page"),
        ("/records/contacts/1000?object_type=ghosts", 200, "onerror"),
        ("/search", 200, "Write a name"),
        ("/search?text=zzzz", 200, "No record is called"),
        ("/records.csv?filter=nope:eq:1", 422, "There is no property"),
    ],
)
def test_empty_and_broken_pages_say_what_to_do(
    reader: FlaskClient, path: str, status: int, says: str
) -> None:
    answer = reader.get(path)
    assert (answer.status_code, says in unescape(answer.text)) == (status, True), answer.text
    assert answer.mimetype == "text/html"


def test_a_file_has_every_row_and_no_formula(visit: Visit, served: Servers) -> None:
    client = visit("records:read")
    path = "/records.csv?column=firstname&column=score&filter=colour:contains:shade&sort=createdate"
    answer = client.get(path)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="contacts-62515.csv"'
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["id", "firstname", "score"]
    assert rows[1:] == [
        [str(1_000 + n), (MARKUP, f"'{FORMULA}")[n % 2], str(-n)] for n in range(12)
    ]
    with served.database.transaction() as conn:
        noted = conn.execute(
            "select action, details from audit_entries where action like 'export%' order by 1"
        ).fetchall()
    assert [each["action"] for each in noted] == ["export", "exported"]
    assert noted[0]["details"]["filters"] == ["colour:contains"]
    assert noted[1]["details"]["rows"] == 12


def test_a_long_file_has_every_row_once(visit: Visit, served: Servers) -> None:
    with served.database.transaction() as conn:
        conn.execute(
            "insert into hubspot_contacts_raw (portal_id, hubspot_id, raw_json, fetched_at,"
            " updated_at) select %s, (10000 + n)::text, '{}', now(), now()"
            " from generate_series(1, %s) as n",
            [OURS, record_answers.ROWS + 50],
        )
    text = visit("records:read").get("/records.csv?column=colour").text
    ids = [row[0] for row in csv.reader(io.StringIO(text))][1:]
    assert len(ids) == len(set(ids)) == record_answers.ROWS + 64


def test_five_files_an_hour(visit: Visit, served: Servers) -> None:
    """Of records, tables and figures together; and the audit counts while Redis is away."""
    client = visit("records:read", "metrics:read", "status:read")
    paths = ["/records.csv", "/tables/events.csv", "/sales.csv?table=scripts"]
    statuses = [client.get(path).status_code for path in paths * 3]
    assert statuses == [200] * 5 + [429] * 4
    for path in paths:
        assert 3500 < int(client.get(path).headers["Retry-After"]) <= 3600
    with (
        redis.Redis(port=1, retry=Retry(NoBackoff(), 0)) as nothing,
        pytest.raises(TooManyRequests),
    ):
        exports.must_be_few(replace(served, server=nothing), Caller(EMAIL, (), frozenset()))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"), ("+49 175", "'+49 175"), ("-x", "'-x"), ("@a", "'@a"), ("\tx", "'\tx"),
        ("\r=1", "'\r=1"), ("  =1", "'  =1"), ("-5", "-5"), ("-5.25", "-5.25"), ("a=1", "a=1"),
        ("", ""),
    ],
)  # fmt: skip
def test_no_cell_is_a_formula(text: str, written: str) -> None:
    assert next(csv.reader(io.StringIO(spreadsheet.line([text, "x"]), newline=""))) == [
        written,
        "x",
    ]


def test_the_button_reads_a_record_again(visit: Visit, served: Servers) -> None:
    client = visit("records:read", "replay:write")
    path = "/records/contacts/1000/refresh"
    here = {"Origin": "http://localhost"}
    assert client.get(path).status_code == 405
    assert client.post(path, headers=here).status_code == 403
    page = client.get("/records/contacts/1000").text
    form = {"form_token": token_of(page)}
    answer = client.post(path, data=form, headers=here)
    assert (answer.status_code, answer.location) == (302, "/records/contacts/1000?marked=1")
    assert "Marked." in client.get(answer.location).text
    with served.database.transaction() as conn:
        marks = conn.execute(
            "select portal_id from pending_changes where hubspot_id = '1000'"
        ).fetchall()
    assert marks == [{"portal_id": OURS}]
    assert "Read again" not in visit("records:read").get("/records/contacts/1000").text


def token_of(page: str) -> str:
    return page.split('name="form_token" value="')[1].split('"')[0]


def test_a_record_shows_its_groups_links_and_past(
    reader: FlaskClient, served_to_all: Servers
) -> None:
    with served_to_all.database.transaction() as conn:
        conn.execute("update portals set time_zone = 'Pacific/Kiritimati'")  # 14 hours ahead
        conn.execute("update hubspot_deals_raw set updated_at = '2026-01-01' where true")
    deal = reader.get("/records/deals/301").text
    assert "of 2026-01-01 14:00:00 +14 in HubSpot" in deal, "the trace has the portal's time"
    assert 'title="1 Jan 2026, 14:00:00"' in deal and "UTC" not in deal
    assert 'href="/records/contacts/101"' in deal and "What happened here" in deal
    contact = reader.get("/records/contacts/101").text
    assert 'href="/records/companies/201"' in contact
    assert "company_id" not in contact and "phone" in contact


@pytest.mark.parametrize(
    ("keeper", "other", "is_asked_at_other"),
    [
        (("deals", "301"), ("deals", "302"), False),
        (("companies", "201"), ("companies", "202"), False),
        (("calls", "401"), ("deals", "301"), True),
        (("calls", "401"), ("companies", "201"), True),
    ],
)
def test_links_are_shown_with_their_labels_at_either_end(
    asking: Client,
    visit: Visit,
    served: Servers,
    keeper: tuple[str, str],
    other: tuple[str, str],
    is_asked_at_other: bool,
) -> None:
    """Each of two portals has a link between the same ids, under a label of its own. Deals and
    companies keep no links to calls, which say what theirs are called."""
    linked = "update {} set raw_json = raw_json || %s where portal_id = %s and hubspot_id = %s"
    query = linked.format(f"hubspot_{keeper[0]}_raw").encode()
    with served.database.transaction() as conn:
        for portal in (OURS, OTHERS):
            told = [{"id": other[1], "type": label} for label in ("plain", f"Of {canary(portal)}")]
            raw = Jsonb({"associations": {other[0]: {"results": told}}})
            conn.execute(query, [raw, portal, keeper[1]])
    here, there = (other, keeper) if is_asked_at_other else (keeper, other)
    record = "/records/{}/{}".format(*here)
    answer = asking("records:read").get(f"/api/v1{record}/associations")
    [ends] = [each for each in answer.json["associations"] if each["object_type"] == there[0]]
    assert (ends["total"], ends["records"][0]["id"]) == (1, there[1])
    assert ends["records"][0]["labels"] == ["plain", f"Of {canary(OURS)}"]
    page = visit("records:read").get(record).text
    assert f"{there[1]} · plain · Of {canary(OURS)}" in page
    assert canary(OTHERS) not in answer.text + page
