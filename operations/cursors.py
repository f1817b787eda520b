"""Write cursors: where a page ended, handed to the caller and signed, so that none can be made up.

A cursor holds for the question that it was made for: portal, filters and order are in its
signature, and another question with the same cursor is refused.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from operations.derived_keys import keys_for
from settings import Settings

PURPOSE = "spoke: cursors of pages"
LONGEST = 4_096
_SIGNATURE = 16  # bytes


class CursorError(ValueError):
    """Say that a cursor is not ours, or of another question."""


def write(settings: Settings, question: Sequence[Any], place: Sequence[Any]) -> str:
    """Write a cursor for the page that begins after `place`."""
    body = json.dumps(list(place), separators=(",", ":")).encode()
    signature = _signature(keys_for(settings, PURPOSE)[0], question, body)
    return base64.urlsafe_b64encode(signature + body).decode().rstrip("=")


def read(settings: Settings, question: Sequence[Any], text: str) -> list[Any]:
    """Read a cursor of ours for the same question. Raises CursorError for any other text."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    signature, body = raw[:_SIGNATURE], raw[_SIGNATURE:]
    known = (_signature(key, question, body) for key in keys_for(settings, PURPOSE))
    if len(text) > LONGEST or not any([hmac.compare_digest(each, signature) for each in known]):
        raise CursorError("This cursor is not of this question. Begin again without one.")
    found: list[Any] = json.loads(body)
    return found


def _signature(key: bytes, question: Sequence[Any], body: bytes) -> bytes:
    asked = json.dumps(list(question), separators=(",", ":")).encode()
    return hmac.digest(key, sha256(asked).digest() + body, sha256)[:_SIGNATURE]
