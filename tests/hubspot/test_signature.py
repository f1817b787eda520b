"""HubSpot's published vectors, and every way in which a request may be not from HubSpot.

Vectors: HubSpot's documentation and the tests of its Node, Python and Ruby libraries.
https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
"""

from __future__ import annotations

from hashlib import sha256

import pytest

from hubspot.signature import MAX_AGE_MS, Signed, is_fresh, sign_v1, sign_v3, verify

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
URI = "https://www.example.com/webhook_uri"
EVENT = (
    b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
    b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM",'
    b'"changeFlag":"NEW","appId":54321}]'
)
SINGLE_QUOTES, DOUBLE_QUOTES = (
    b"{'example_field':'example_value'}",
    b'{"example_field":"example_value"}',
)
NOW_MS = 1_693_657_560_000
NOW = b"1693657560000"
FULL_WIDTH = NOW.decode().translate({48 + digit: 0xFF10 + digit for digit in range(10)}).encode()
# as workflow actions are signed, which we do not receive
V2 = sha256(f"{SECRET}POST{URI}".encode() + EVENT).hexdigest().encode()
RIGHT = sign_v3(SECRET, "POST", URI, EVENT, NOW)
DECODED = {"3A": ":", "2F": "/", "3F": "?", "40": "@", "21": "!", "24": "$",
           "27": "'", "28": "(", "29": ")", "2A": "*", "2C": ",", "3B": ";"}  # fmt: skip


def accepts(
    secrets=(SECRET,),
    method="POST",
    uri=URI,
    body=EVENT,
    now_ms=NOW_MS,
    v3=RIGHT,
    timestamp=NOW,
    v1=None,
) -> int | None:
    return verify(secrets, Signed(method, uri, body, timestamp, v3, v1), now_ms)


@pytest.mark.parametrize(
    ("signed", "published"),
    [
        (
            sign_v1(SECRET, EVENT),
            b"232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de",
        ),
        (
            sign_v1(SECRET, SINGLE_QUOTES),
            b"69fc6631a867edd4f9e9e627fc5c1148e3fbdd8b21837b6d2b8901c1fa57f750",
        ),
        (
            sign_v3(SECRET, "POST", URI, SINGLE_QUOTES, b"1693657560000"),
            b"K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
        ),
        (
            sign_v3(SECRET, "POST", URI, SINGLE_QUOTES, b"1700000300000"),
            b"RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw=",
        ),
    ],
    ids=["v1 event", "v1 text", "v3", "v3 later"],
)
def test_signs_as_hubspot_published(signed: bytes, published: bytes) -> None:
    assert signed == published


@pytest.mark.parametrize(
    ("encoded", "plain"),
    [(f"%{code}", char) for code, char in DECODED.items()]
    + [(f"%{code.lower()}", char) for code, char in DECODED.items()],
)
def test_decodes_the_twelve_sequences_in_either_case(encoded: str, plain: str) -> None:
    assert sign_v3(SECRET, "POST", f"{URI}/a{encoded}b", EVENT, NOW) == sign_v3(
        SECRET, "POST", f"{URI}/a{plain}b", EVENT, NOW
    )


@pytest.mark.parametrize(
    ("encoded", "plain"), [("%20", " "), ("%26", "&"), ("%3D", "="), ("%25", "%"), ("%C3%BC", "ü")]
)
def test_leaves_every_other_sequence_encoded(encoded: str, plain: str) -> None:
    assert sign_v3(SECRET, "POST", f"{URI}?q={encoded}", EVENT, NOW) != sign_v3(
        SECRET, "POST", f"{URI}?q={plain}", EVENT, NOW
    )


def test_decodes_once_only() -> None:
    assert sign_v3(SECRET, "POST", f"{URI}/%253A", EVENT, NOW) != sign_v3(
        SECRET, "POST", f"{URI}/%3A", EVENT, NOW
    )


@pytest.mark.parametrize("age_ms", [0, 1, -1, MAX_AGE_MS - 1, MAX_AGE_MS, -MAX_AGE_MS])
def test_accepts_a_timestamp_within_five_minutes_on_either_side(age_ms: int) -> None:
    assert MAX_AGE_MS == 300_000
    assert accepts(now_ms=NOW_MS + age_ms) == 0


@pytest.mark.parametrize("age_ms", [MAX_AGE_MS + 1, -MAX_AGE_MS - 1, 3_600_000, -3_600_000])
def test_refuses_a_timestamp_further_away(age_ms: int) -> None:
    assert accepts(now_ms=NOW_MS + age_ms) is None


@pytest.mark.parametrize(
    "timestamp",
    [
        b"", b"1693657560", b"16936575600000", b"01693657560000", b"1693657560000.0",
        b" 1693657560000",
        b"1693657560000\n", b"+693657560000", b"-1693657560000", b"0x18a5666e3c0a",
        b"1_693_657_560",
        b"16936575600e2", b"null", FULL_WIDTH, b"\xff" * 13,
    ],
)  # fmt: skip
def test_refuses_a_timestamp_of_another_shape_even_when_it_was_signed(timestamp: bytes) -> None:
    signature = sign_v3(SECRET, "POST", URI, EVENT, timestamp)
    assert not is_fresh(timestamp, NOW_MS)
    assert accepts(v3=signature, timestamp=timestamp) is None


@pytest.mark.parametrize(
    ("secrets", "place"),
    [
        ((SECRET,), 0), (("new", SECRET), 1), ((SECRET, "old"), 0), (("a", "b", SECRET), 2),
        ((SECRET, SECRET), 0),
        (("new", "old"), None), ((), None), (("",), None), ((SECRET.upper(),), None),
    ],
)  # fmt: skip
def test_tells_which_of_several_secrets_signed(secrets: tuple[str, ...], place: int | None) -> None:
    assert accepts(secrets=secrets) == place


@pytest.mark.parametrize(
    "signature",
    [
        b"", b" ", RIGHT[:-1], RIGHT[1:], RIGHT + b"=", RIGHT.lower(), RIGHT.rstrip(b"="),
        b"\xc3\xbc" * 22,
        b"\xff" * 44, b"\x00" * 44, "ü".encode("latin-1") * 44, RIGHT + b"\x00", b" " + RIGHT,
        sign_v1(SECRET, EVENT),
        V2, b"A" * 100_000,
    ],
)  # fmt: skip
def test_refuses_a_wrong_signature_without_raising(signature: bytes) -> None:
    assert accepts(v3=signature) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "GET"}, {"method": "post"}, {"body": EVENT + b" "}, {"body": EVENT[:-1]},
        {"body": b""},
        {"body": EVENT.replace(b"62515", b"62516")}, {"uri": URI + "/"}, {"uri": URI + "?a=1"},
        {"uri": URI.replace("https", "http")}, {"uri": URI.replace("www.", "")},
        {"timestamp": b"1693657560001"},
    ],
)  # fmt: skip
def test_refuses_a_request_that_was_changed_after_signing(changed: dict[str, object]) -> None:
    assert accepts(**changed) is None


def test_accepts_v1_only_where_it_is_passed() -> None:
    v1 = sign_v1(SECRET, EVENT)
    assert accepts(v3=None, v1=v1) == 0
    assert accepts(v3=None, v1=None) is None
    assert accepts(secrets=("new", SECRET), v3=None, v1=v1) == 1


@pytest.mark.parametrize("wrong", [b"", b"wrong", RIGHT[:-1]])
def test_a_wrong_v3_is_final_whatever_v1_says(wrong: bytes) -> None:
    assert accepts(v3=wrong, v1=sign_v1(SECRET, EVENT)) is None


def test_a_stale_v3_is_final_whatever_v1_says() -> None:
    assert accepts(now_ms=NOW_MS + MAX_AGE_MS + 1, v1=sign_v1(SECRET, EVENT)) is None


@pytest.mark.parametrize(
    "v1", [b"", b"wrong", sign_v1("old", EVENT), sign_v1(SECRET, EVENT).upper(), b"\xff" * 64]
)
def test_refuses_a_wrong_v1(v1: bytes) -> None:
    assert accepts(v3=None, v1=v1) is None
