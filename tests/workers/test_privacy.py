"""A privacy deletion is believed when HubSpot itself no longer knows the record, and not before."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import deliveries
from db import privacy_requests as requests
from db import purges
from db.id_hashes import keys
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS
from tests.processes import CLIENT_SECRET, Simulator
from tests.workers.conftest import KEY, arrive
from tests.workers.test_events import event, send
from workers import clock, ingest, privacy, rekeying, tokens
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]


def announce(context: Context, simulator: Simulator, contact: str) -> None:
    told = event(
        simulator.portal_id, subscriptionType="contact.privacyDeletion", objectId=int(contact)
    )
    send(context, json.dumps([told]).encode())
    ingest.run(context)


def test_a_record_that_hubspot_still_knows_is_hidden_and_can_be_taken_back(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {"firstname": "Anna"})
    arrive(context, simulator)
    announce(context, simulator, contact)
    shown = "select firstname from current_contacts where hubspot_id = %s"
    assert rows(shown, contact) == []
    privacy.run(context)
    simulator.update("contacts", contact, {"firstname": "Anne"})
    arrive(context, simulator)
    assert rows(shown, contact) == []
    assert rows(
        "select count(*) as n from hubspot_contacts_raw where hubspot_id = %s", contact
    ) == [{"n": 1}]
    [request] = rows("select * from privacy_requests")
    assert request["attempts"] == 1 and request["next_at"] > request["asked_at"]
    assert request["last_answer"] == "HubSpot still knows the record"
    with context.database.transaction() as conn:
        portal_id = simulator.portal_id
        assert not requests.undo(conn, Mirrored(portal_id, CONTACTS), "404", "never announced")
        assert requests.undo(conn, Mirrored(portal_id, CONTACTS), contact, "a forged event")
    simulator.update("contacts", contact, {"firstname": "Ann"})
    arrive(context, simulator)
    assert rows(shown, contact) == [{"firstname": "Ann"}]
    assert rows("select undone_reason from privacy_requests") == [
        {"undone_reason": "a forged event"}
    ]


def test_the_hash_of_an_erased_id_needs_a_key_outside_the_database(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {})
    arrive(context, simulator)
    simulator.call("POST", "/crm/objects/2026-09/contacts/gdpr-delete", {"objectId": contact})
    arrive(context, simulator)
    [key] = keys([KEY])
    [kept] = rows("select key_id, id_hash from purges")
    digest = key.hash(Mirrored(simulator.portal_id, CONTACTS), contact)
    assert kept == {"key_id": key.name, "id_hash": digest}
    of_others = [each.hash(Mirrored(simulator.portal_id, CONTACTS), contact) for each in keys("ab")]
    assert len({digest, *of_others}) == 3, "each key has a hash of its own"
    assert rows("select * from privacy_requests") == []
    with context.database.transaction() as conn:
        conn.id_keys = keys(["a newer key", KEY])
        assert purges.purged(conn, Mirrored(simulator.portal_id, CONTACTS), [contact]) == {contact}
        conn.id_keys = keys(["a newer key"])
        assert purges.purged(conn, Mirrored(simulator.portal_id, CONTACTS), [contact]) == set()
        conn.id_keys = keys([KEY])
        assert requests.undo(conn, Mirrored(simulator.portal_id, CONTACTS), contact, "by mistake")
        assert purges.purged(conn, Mirrored(simulator.portal_id, CONTACTS), [contact]) == set()


def test_a_merge_into_an_erased_record_is_asked_about_too(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """A forged event could name anybody as merged."""
    gone, victim = (simulator.create("contacts", {}) for _ in range(2))
    arrive(context, simulator)
    simulator.call("POST", "/crm/objects/2026-09/contacts/gdpr-delete", {"objectId": gone})
    arrive(context, simulator)
    named = {"primaryObjectId": int(gone), "mergedObjectIds": [int(victim)]}
    told = event(simulator.portal_id, subscriptionType="contact.merge", objectId=int(gone), **named)
    send(context, json.dumps([told]).encode())
    arrive(context, simulator)
    assert rows("select hubspot_id from hubspot_contacts_raw where hubspot_id = %s", victim) != []


@pytest.mark.parametrize("seal", ["right", "none", "of another secret", "of another body"])
def test_only_what_the_receiver_sealed_is_believed(
    context: Context, simulator: Simulator, rows: Rows, seal: str
) -> None:
    told = replace(context.settings, hubspot_client_secrets=("new", CLIENT_SECRET))
    body = json.dumps([event(simulator.portal_id)]).encode()
    packed = deliveries.packed(body)
    seals = {
        "right": deliveries.sealed(packed, CLIENT_SECRET),
        "none": b"",
        "of another secret": deliveries.sealed(packed, "guess"),
        "of another body": deliveries.sealed(deliveries.packed(b"[]"), CLIENT_SECRET),
    }
    context.server.xadd(deliveries.STREAM, {"body": packed, "seal": seals[seal]})
    ingest.run(replace(context, settings=told))
    [events] = rows("select count(*) as n from webhook_events")
    [letters] = rows("select count(*) as n from dead_letters where reason like 'not sealed%%'")
    assert (events["n"], letters["n"]) == ((1, 0) if seal == "right" else (0, 1))


def test_what_only_the_old_signature_vouched_for_erases_nobody(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    told = event(simulator.portal_id, subscriptionType="contact.privacyDeletion")
    packed = deliveries.packed(json.dumps([told]).encode())
    context.server.xadd(deliveries.STREAM, {"body": packed, "by": deliveries.OLD_SIGNATURE})
    ingest.run(context)
    assert rows("select * from privacy_requests") == []


def test_a_new_key_takes_over_and_an_old_one_is_missed(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    new = "a new encryption key of 32 characters"
    both = replace(context, settings=replace(context.settings, encryption_key=f"{new},{KEY}"))
    assert rekeying.rekey(both).tokens == 1
    [kept] = rows(
        "select portal_id, token_encrypted from portals where token_encrypted is not null"
    )
    token = tokens.decrypt(kept["token_encrypted"], new, kept["portal_id"])
    assert token == tokens.decrypt(kept["token_encrypted"], new)
    with pytest.raises(Exception, match="was stored for portal"):
        tokens.decrypt(kept["token_encrypted"], new, 1)
    with context.database.transaction() as conn:
        purges.erase(conn, Mirrored(simulator.portal_id, CONTACTS), set(), ["1"])
    assert rekeying.rekey(both).told == [
        "Key no. 1 is needed by no hash of an erased record.",
        "Key no. 2 is needed by 1 hashes of erased records.",
    ]
    alone = replace(context, settings=replace(context.settings, encryption_key=new))
    assert "1 hashes of erased records need a key" in rekeying.rekey(alone).missing[0]


def test_what_hubspot_deleted_long_ago_leaves_with_what_was_told_of_it(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    old, new = (simulator.create("contacts", {"firstname": "Anna"}) for _ in range(2))
    arrive(context, simulator)
    for each in (old, new):
        simulator.archive("contacts", each)
    arrive(context, simulator)
    rows(
        "update hubspot_contacts_raw set archived_at = now() - interval '31 days'"
        " where hubspot_id = %s returning 1",
        old,
    )
    clock.tidy(context)
    left = "select hubspot_id from hubspot_contacts_raw where hubspot_id = any(%s) order by 1"
    assert len(rows(left, [old, new])) == 2
    told = replace(context.settings, retain_deleted_days=30)
    clock.tidy(replace(context, settings=told))
    assert rows(left, [old, new]) == [{"hubspot_id": new}]
    assert rows("select * from webhook_events where hubspot_id = %s", old) == []
    assert rows("select * from webhook_events where hubspot_id = %s", new) != []
