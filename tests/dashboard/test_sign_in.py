"""Signing in to the pages, and everything that must not let anybody in."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import redis
from flask import Flask
from redis.backoff import NoBackoff
from redis.retry import Retry

from dashboard import site
from operations import dashboard_users, limits, sessions
from operations.limits import SIGN_INS
from operations.servers import HashCost, Servers
from tests.api.conftest import OURS
from tests.dashboard.conftest import EMAIL, PASSWORD, Visit, sign_in


def test_a_page_asks_to_sign_in_and_leads_back(visit: Visit) -> None:
    client = visit(signed_in=False)
    answer = client.get("/sync?portal=62515")
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/sync?portal%3D62515")
    assert sign_in(client) == 302
    assert client.get("/sync").status_code == 200


def test_a_wrong_password_and_an_unknown_address_are_refused_alike(visit: Visit) -> None:
    client = visit(signed_in=False)
    assert sign_in(client, "a wrong password") == 403
    form = {"email": "nobody@example.com", "password": "a wrong password"}
    answer = client.post("/sign-in", data=form, headers={"Origin": "http://localhost"})
    assert answer.status_code == 403 and "do not belong together" in answer.text


def test_a_password_is_hashed_as_dearly_as_rfc_9106_advises(served: Servers, visit: Visit) -> None:
    """Unless a process is given another cost, as these tests are."""
    visit(signed_in=False)
    usual = replace(served, hash_cost=HashCost())
    dashboard_users.put(usual, EMAIL, ["metrics:read"], [OURS], PASSWORD)
    row = dashboard_users.person(served, EMAIL)
    assert row and row["password_hash"].startswith("$argon2id$v=19$m=65536,t=3,p=4$")


HASH_BESIDE = """
from gevent import monkey
monkey.patch_all()
import threading, time
from operations import dashboard_users
from operations.servers import HashCost
turns, over = 0, threading.Event()
def others():
    global turns
    while not over.wait(0.002):
        turns += 1
beside = threading.Thread(target=others)
beside.start()
belongs = dashboard_users._belongs
dashboard_users._beside_others(lambda: belongs("a password", None, HashCost()))
over.set()
print(turns)
"""


def test_a_hash_keeps_nobody_from_being_answered() -> None:
    """The pages serve all requests in one thread, in turns; a hash takes 50 ms and more."""
    ended = subprocess.run([sys.executable, "-c", HASH_BESIDE], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) > 3


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_a_form_of_another_site_is_refused(visit: Visit, origin: str) -> None:
    assert sign_in(visit(signed_in=False), origin=origin) == 403


@pytest.mark.parametrize(("site", "status"), [("same-origin", 302), ("same-site", 403), ("", 403)])
def test_a_form_of_a_page_that_sends_no_referrer(visit: Visit, site: str, status: int) -> None:
    """As Chromium and Firefox send them: our pages ask for no referrer, so there is no origin."""
    client = visit(signed_in=False)
    headers = {"Origin": "null", "Sec-Fetch-Site": site}
    form = {"email": EMAIL, "password": PASSWORD}
    assert client.post("/sign-in", data=form, headers=headers).status_code == status


def test_a_form_without_the_sessions_token_changes_nothing(visit: Visit) -> None:
    client = visit()
    here = {"Origin": "http://localhost"}
    assert client.post("/sign-out", headers=here).status_code == 403
    assert client.get("/sync").status_code == 200
    page = client.get("/sync").text
    token = page.split('name="form_token" value="')[1].split('"')[0]
    assert client.post("/sign-out", data={"form_token": token}, headers=here).status_code == 302
    assert client.get("/sync").status_code == 302


ELSEWHERE = (
    *("//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"),
    *("/\n/evil.example", "\t//evil.example", "/sync\r\nX-Header: x", "javascript:alert(1)"),
)


def test_signing_in_leads_nowhere_else(visit: Visit) -> None:
    """Browsers leave tabs out of an address; a line end in one would be an error."""
    client = visit(signed_in=False).application.test_client(use_cookies=False)
    form = {"email": EMAIL, "password": "a long password indeed"}
    here = {"Origin": "http://localhost"}
    for to in ELSEWHERE:
        answer = client.post("/sign-in", data=form | {"next": to}, headers=here)
        assert (answer.status_code, answer.location) == (302, "/"), to


def test_a_session_ends_by_itself_and_with_its_person(served: Servers, visit: Visit) -> None:
    visit()
    began = datetime(2026, 1, 1, tzinfo=UTC)
    session = sessions.begin(served, EMAIL, began)
    assert sessions.caller_of(served, session, began + sessions.IDLE / 2) is not None
    assert sessions.caller_of(served, session, began + sessions.IDLE * 2) is None
    again = sessions.begin(served, EMAIL, began)
    step = timedelta(minutes=20)
    seen = [sessions.caller_of(served, again, began + step * n) is not None for n in range(1, 40)]
    assert seen.count(True) == 35  # twelve hours, however busy
    session = sessions.begin(served, EMAIL)
    dashboard_users.disable(served, EMAIL)
    assert sessions.caller_of(served, session) is None


@pytest.mark.parametrize(("scheme", "name"), [("http", "spoke"), ("https", "__Host-spoke")])
def test_a_sign_in_has_an_id_of_its_own_and_ends_the_one_before(
    visit: Visit, served: Servers, scheme: str, name: str
) -> None:
    """Also an id that another put into the browser becomes nobody's session."""
    client, site = visit(signed_in=False), f"{scheme}://localhost"
    client = client.application.test_client(use_cookies=False)
    form, ids = {"email": EMAIL, "password": PASSWORD}, ["planted"]
    for _ in range(2):
        sent = {"Origin": site, "Cookie": f"{name}={ids[-1]}", "X-Form-Token": _token(served, ids)}
        answer = client.post("/sign-in", base_url=site, data=form, headers=sent)
        (said,) = answer.headers.getlist("Set-Cookie")
        assert answer.status_code == 302 and said.startswith(f"{name}=")
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(said.split("; "))
        assert ("Secure" in said.split("; "), "Domain" in said) == (scheme == "https", False)
        ids.append(said.split("=")[1].split(";")[0])
    assert len(set(ids)) == 3
    known = [sessions.caller_of(served, each) is not None for each in ids]
    assert known == [False, False, True]


def _token(served: Servers, ids: list[str]) -> str:
    return sessions.form_token(served, ids[-1])


def test_a_link_signs_in_on_this_machine_only(served: Servers, visit: Visit) -> None:
    client = visit(signed_in=False)
    key = sessions.make_link(served, EMAIL, "/?period=year")
    away = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get(f"/sign-in/{key}", environ_base=away).status_code == 404
    assert client.get("/sign-in/unknown").status_code == 404
    entered = client.get(f"/sign-in/{key}")
    assert (entered.status_code, entered.location) == (302, "/?period=year")
    assert client.get("/sync").status_code == 200


def test_pages_send_safe_headers(visit: Visit) -> None:
    headers = visit().get("/sync").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_not_theirs_does_not_exist_and_the_audit_says_who_asked(
    visit: Visit, served: Servers
) -> None:
    assert visit("metrics:read").get("/sync").status_code == 404
    assert visit().get("/sync?portal=62516").status_code == 404
    assert visit().post("/sign-out", headers={"Origin": "http://evil.example"}).status_code == 403
    assert visit("metrics:read").get("/tables/audit.csv").status_code == 404
    with served.database.transaction() as conn:
        query = "select actor, details from audit_entries where action = 'refused'"
        rows = conn.execute(f"{query} order by entry_id".encode()).fetchall()
    assert {row["actor"] for row in rows} == {EMAIL}
    assert [row["details"] for row in rows] == [
        {"route": "/sync", "status": 404},
        {"route": "/sync", "status": 404, "asked_portal": "62516"},
        {"route": "/sign-out", "status": 403},
        {"route": "/tables/<table>.csv", "status": 404},
    ]


def test_ten_wrong_passwords_a_minute_and_address_are_heard(served: Servers, visit: Visit) -> None:
    client = visit(signed_in=False)
    for _ in range(SIGN_INS.most - 1):
        limits.take(served.server, SIGN_INS, "127.0.0.1")
    assert sign_in(visit(signed_in=False)) == 302  # counted, and taken back as it was right
    assert sign_in(client, "a wrong password") == 403
    assert sign_in(client) == 429
    form = {"email": EMAIL, "password": "a long password indeed"}
    refused = client.post("/sign-in", data=form, headers={"Origin": "http://localhost"})
    assert 1 <= int(refused.headers["Retry-After"]) <= SIGN_INS.seconds
    assert "Too many wrong passwords" in refused.text
    away = {"REMOTE_ADDR": "192.0.2.7"}
    answer = client.post(
        "/sign-in", data=form, headers={"Origin": "http://localhost"}, environ_base=away
    )
    assert answer.status_code == 302


def test_without_redis_nobody_signs_in(served: Servers, visit: Visit) -> None:
    visit(signed_in=False)
    app = Flask("pages without Redis")
    with redis.Redis(port=1, retry=Retry(NoBackoff(), 0)) as nothing:
        site.register(app, replace(served, server=nothing))
        client = app.test_client()
        assert sign_in(client) == 503
        assert client.get("/sync").status_code == 302


def test_sign_ins_and_their_refusals_stand_in_the_audit(served: Servers, visit: Visit) -> None:
    client = visit(signed_in=False)
    sign_in(client, "a wrong password")
    sign_in(client)
    with served.database.transaction() as conn:
        rows = conn.execute("select * from audit_entries order by entry_id").fetchall()
    found = [(row["actor"], row["action"], row["address"]) for row in rows]
    assert found == [
        ("a stranger", "sign-in refused", "127.0.0.1"),
        (EMAIL, "signed in", "127.0.0.1"),
    ]
