"""Webhooks of ours: put with the change, signed as Standard Webhooks says, and no way into a
network."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from outgoing import endpoints, guarded_http, outbox, webhooks
from outgoing.guarded_http import Forbidden, NoAnswer, checked, is_public, post
from tests.processes import Simulator
from tests.workers.conftest import KEY, arrive
from workers import outgoing, tokens
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]
HERE = "127.0.0.1"


@dataclass
class Ear:
    """Hold what an endpoint received, and what it answers."""

    port: int = 0
    status: int = 200
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{HERE}:{self.port}/hook?a=1"


@pytest.fixture
def ear() -> Iterator[Ear]:
    """Give an endpoint that listens."""
    heard = Ear()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.heard.append((dict(self.headers), body))
            self.send_response(heard.status)
            self.send_header("Location", f"http://{HERE}:1/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((HERE, 0), Handler) as server:
        heard.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield heard
        server.shutdown()


@pytest.fixture
def hearing(context: Context) -> Context:
    """Let endpoints of this machine be sent to."""
    return replace(context, settings=replace(context.settings, outgoing_private_hosts=(HERE,)))


def add(context: Context, url: str, *secrets: str, **filters: Any) -> str:
    kept = [tokens.encrypt(each, KEY, 62515) for each in secrets or (endpoints.new_secret(),)]
    endpoint_id = endpoints.new_id()
    with context.database.transaction() as conn:
        endpoints.add(conn, 62515, endpoint_id, {"url": url, "secrets": kept, **filters})
    return endpoint_id


def send(context: Context) -> None:
    outgoing.send_due(context, time.monotonic() + 60)


@pytest.mark.usefixtures("backfilled")
def test_changes_are_announced_signed_and_filtered(
    hearing: Context, simulator: Simulator, rows: Rows, ear: Ear
) -> None:
    old, new = endpoints.new_secret(), endpoints.new_secret()
    everything = add(hearing, ear.url, new, old)
    stages = add(hearing, ear.url, events=["stage.changed"], object_types=["deals"])
    names = add(hearing, ear.url, properties=["lastname"], events=["record.updated"])
    open_deals = "select min(hubspot_id) as hubspot_id from hubspot_deals_raw where dealstage <> %s"
    (deal,) = rows(open_deals, "closedlost")
    contact = rows("select min(hubspot_id) as id from hubspot_contacts_raw where not archived")
    contact_id = contact[0]["id"]
    simulator.update("deals", deal["hubspot_id"], {"dealstage": "closedlost"})
    simulator.update("contacts", contact_id, {"firstname": "Nora"})
    simulator.archive("contacts", contact_id)
    made = simulator.create("companies", {"name": "New", "domain": "new.example"})
    arrive(hearing, simulator)
    put = rows(
        "select destination, payload->>'type' as type, payload->'data'->>'hubspot_id' as id"
        " from outgoing_messages"
    )
    told = {(each["type"], each["id"]) for each in put if each["destination"] == everything}
    assert {
        ("record.created", made),
        ("stage.changed", deal["hubspot_id"]),
        ("record.updated", deal["hubspot_id"]),
        ("record.archived", contact_id),
    } <= told
    assert [each["type"] for each in put if each["destination"] == stages] == ["stage.changed"]
    assert [each for each in put if each["destination"] == names] == []
    send(hearing)
    assert len(ear.heard) == len(put)
    verified = 0
    for headers, body in ear.heard:
        for secret in (old, new):
            try:
                told_of = Webhook(secret).verify(body, headers)
            except WebhookVerificationError:
                continue
            assert told_of["data"]["portal_id"] == 62515 and "Nora" not in body.decode()
            verified += 1
    # the endpoint with two secrets can be verified with either
    assert verified == 2 * len(told)
    ids = [headers["webhook-id"] for headers, _ in ear.heard]
    assert len(set(ids)) == len(ids)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(ear.heard[0][1] + b" ", ear.heard[0][0])


def test_nothing_is_put_where_nobody_hears(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    simulator.create("companies", {"name": "Silent", "domain": "silent.example"})
    arrive(context, simulator)
    assert rows("select count(*) as n from outgoing_messages") == [{"n": 0}]


@pytest.mark.parametrize(
    ("status", "dead", "said"),
    [(302, False, "answered 302"), (500, False, "answered 500"), (410, True, "answered 410")],
)
def test_what_is_no_2xx_was_not_sent(
    hearing: Context, rows: Rows, ear: Ear, status: int, dead: bool, said: str
) -> None:
    ear.status = status
    endpoint_id = add(hearing, ear.url)
    with hearing.database.transaction() as conn:
        outbox.put(conn, 62515, webhooks.CHANNEL, endpoint_id, "a", {"type": webhooks.TEST})
    send(hearing)
    (left,) = rows("select error, sent_at, failed_at is not null as dead from outgoing_messages")
    assert left["error"].startswith(said) and left["sent_at"] is None and left["dead"] is dead
    assert len(ear.heard) == 1
    with hearing.database.transaction() as conn:
        assert endpoints.remove(conn, 62515, endpoint_id)
    assert rows("select count(*) as n from outgoing_messages") == [{"n": 0}]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "172.16.0.1", "0.0.0.0",
        "100.64.0.1", "::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1",
        "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1",
        "255.255.255.255", "::",
    ],
)  # fmt: skip
def test_no_private_address_is_sent_to(address: str) -> None:
    assert not is_public(address)
    # one private address among public ones is enough: the name may answer with either
    with pytest.raises(Forbidden, match="not public"):
        post("https://hooks.example/", b"", {}, resolving=lambda *_: ["93.184.216.34", address])


def test_public_addresses_are_sent_to_and_the_one_that_was_looked_at(ear: Ear) -> None:
    assert is_public("93.184.216.34") and is_public("2606:2800:220:1:248:1893:25c8:1946")
    asked: list[str] = []

    def once(host: str, port: int) -> list[str]:
        asked.append(host)
        return [HERE]

    url = ear.url.replace(HERE, "named.example")
    assert post(url, b"{}", {}, ["named.example"], once).status == 200
    assert asked == ["named.example"] and len(ear.heard) == 1
    with pytest.raises(NoAnswer):
        post(f"http://{HERE}:1/", b"", {}, [HERE], guarded_http.resolve)


@pytest.mark.parametrize(
    "url",
    ["http://public.example/", "ftp://public.example/", "https://", "https://a:b@public.example/",
     "https://public.example:99999/", "https://public.example/\r\nx", "file:///etc/passwd"],
)  # fmt: skip
def test_odd_addresses_are_refused(url: str) -> None:
    with pytest.raises(Forbidden):
        checked(url, ())


def test_an_endpoint_hears_what_it_asked_for() -> None:
    filters = (["record.updated", "link.changed"], ["deals"], ["amount"])
    one = endpoints.Endpoint(1, "ep", "", *filters, [], datetime.now(UTC))
    assert one.hears("record.updated", "deals", ["amount", "x"])
    assert one.hears("link.changed", "deals", [])
    assert not one.hears("record.updated", "deals", ["x"])
    assert not one.hears("record.updated", "contacts", ["amount"])
    assert not one.hears("record.created", "deals", [])
