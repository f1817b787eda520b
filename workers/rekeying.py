"""Take a new ENCRYPTION_KEY into use: encrypt tokens again; hashes of erased ids keep the key they
name."""

from __future__ import annotations

from dataclasses import dataclass

from db import id_hashes
from db.queries import QUERIES
from hubspot.errors import Unauthorized
from outgoing import endpoints
from workers import tokens
from workers.context import Context


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """Report a rekeying: `told` says of each key whether it is needed, `missing` names keys to put
    back."""

    tokens: int
    told: list[str]
    missing: list[str]


def rekey(context: Context) -> Rekeyed:
    """Encrypt all tokens with the newest key. Where a key is missing nothing is lost: its tokens
    stay as they were, and are named."""
    given, done, missing = context.settings.encryption_key, 0, list[str]()
    for portal in context.portals():
        if portal.token_encrypted is None:
            continue
        try:
            token = tokens.decrypt(portal.token_encrypted, given, portal.portal_id)
        except Unauthorized as error:
            missing.append(f"portal {portal.portal_id}: {error}")
            continue
        _store(context, portal.portal_id, tokens.encrypt(token, given, portal.portal_id))
        done += 1
    done += _webhook_secrets(context, missing)
    told, lost = _hashes(context)
    return Rekeyed(done, told, missing + lost)


def _webhook_secrets(context: Context, missing: list[str]) -> int:
    """Encrypt the secrets of webhooks again; answer how many, and name the ones that no key
    opens."""
    given, done = context.settings.encryption_key, 0
    with context.database.transaction() as conn:
        for each in endpoints.everything(conn):
            try:
                opened = [tokens.decrypt(one, given, each.portal_id) for one in each.secrets]
            except Unauthorized as error:
                missing.append(f"endpoint {each.endpoint_id}: {error}")
                continue
            kept = [tokens.encrypt(one, given, each.portal_id) for one in opened]
            endpoints.put_secrets(conn, each.portal_id, each.endpoint_id, kept)
            done += len(kept)
    return done


def _store(context: Context, portal_id: int, encrypted: bytes) -> None:
    with context.database.transaction() as conn:
        conn.execute(QUERIES["put_token"], {"portal_id": portal_id, "encrypted": encrypted})


def _hashes(context: Context) -> tuple[list[str], list[str]]:
    known = {key.name: key for key in id_hashes.keys(tokens.split(context.settings.encryption_key))}
    with context.database.transaction() as conn:
        rows = conn.execute(QUERIES["keys_of_hashes"]).fetchall()
    needed = {row["key_id"]: row["hashes"] for row in rows if row["key_id"]}
    told = [
        f"Key no. {place} is needed by {needed[name]:,} hashes of erased records."
        if name in needed
        else f"Key no. {place} is needed by no hash of an erased record."
        for place, name in enumerate(known, 1)
    ]
    return told, [
        f"{count:,} hashes of erased records need a key that ENCRYPTION_KEY does not have: put it "
        "back, or the records may return"
        for name, count in needed.items()
        if name not in known
    ]
