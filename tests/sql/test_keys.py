"""What records are compared by: a key where there is something to recognise, NULL where there is
not."""

from __future__ import annotations

import pytest

from .conftest import Crm


@pytest.mark.parametrize(
    ("phone", "key"),
    [
        ("+1 (415) 555-0100", "14155550100"),
        ("0014155550100", "14155550100"),
        ("001 415.555.0100", "14155550100"),
        ("tel:+14155550100", "14155550100"),
        ("\u202a+1 415\u00a0555\u20110100\u202c", "14155550100"),
        ("\uff0b14155550100", "14155550100"),
        ("030/12345678", "03012345678"),
        ("+14155550100 ext. 5", "14155550100"),
        ("+14155550100x5", "14155550100"),
        ("+14155550100,,5#", "14155550100"),
        ("+14155550100;ext=5", "14155550100"),
        ("+14155550100 or +14155550199", "14155550100"),
        ("+14155550100, +14155550199", "14155550100"),
        ("+14155550100+14155550199", "14155550100"),
        ("4155550100 4155550199", "415555010041555"),
        ("1" * 10_000, "1" * 15),
        ("415555010", None),
        ("0012345678", None),
        ("972", None),
        ("ext. 5", None),
        ("972 ext 4155550100", None),
        ("1-800-FLOWERS", None),
        ("+", None),
        ("", None),
        ("   ", None),
        ("Unknown", None),
        ("📞", None),
        (None, None),
    ],
)
def test_a_phone_number_is_its_digits_if_they_can_be_one_number(
    crm: Crm, phone: str | None, key: str | None
) -> None:
    assert _key(crm, "phone_key", phone) == key


@pytest.mark.parametrize(
    ("direction", "to_number", "from_number", "key"),
    [
        ("OUTBOUND", "+14155550100", "+12125550199", "14155550100"),
        ("INBOUND", "+14155550100", "+12125550199", "12125550199"),
        ("OUTBOUND", "972", "+12125550199", None),
        ("INBOUND", "+14155550100", None, None),
        (None, "+14155550100", "+12125550199", "14155550100"),
        (None, "972", "+12125550199", "12125550199"),
        ("", None, None, None),
    ],
)
def test_the_other_party_follows_from_the_direction(
    crm: Crm, direction: str | None, to_number: str | None, from_number: str | None, key: str | None
) -> None:
    assert _key(crm, "call_number", direction, None, to_number, None, from_number) == key


@pytest.mark.parametrize(
    ("email", "key"),
    [
        (" Ann@Example.com ", "ann@example.com"),
        ("\tann@example.com\n", "ann@example.com"),
        ("a" * 10_000, "a" * 300),
        ("UNKNOWN", None),
        (" unknown ", None),
        ("", None),
        (" \u00a0\t", None),
        (None, None),
    ],
)
def test_an_address_is_compared_without_case_and_blanks(
    crm: Crm, email: str | None, key: str | None
) -> None:
    assert _key(crm, "email_key", email) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Acme", "acme"),
        ("ACME, Inc.", "acme"),
        ("Acme L.L.C.", "acme"),
        ("Acme Corp Ltd", "acme"),
        ("Acme Company Limited", "acme"),
        ("Acme AG", "acme"),
        ("Acme B.V.", "acme"),
        ("Acme S.A.", "acme"),
        ("Acme GmbH & Co. KG", "acme kg"),
        ("The Acme Team", "the acme"),
        ("Müller-Lüdenscheidt GmbH", "muller ludenscheidt"),
        ("Straße & Söhne", "strasse sohne"),
        ("Incorporated Teamwork", "incorporated teamwork"),
        ("株式会社", "株式会社"),
        ("🚀 Acme 🚀", "acme"),
        ("x" * 10_000, "x" * 200),
        ("🚀", None),
        ("X", None),
        ("X Inc", None),
        ("Company Ltd", None),
        ("Unknown", None),
        ("UNKNOWN Inc.", None),
        ("", None),
        (" \t ", None),
        (None, None),
    ],
)
def test_a_name_is_its_words_without_legal_form(
    crm: Crm, name: str | None, key: str | None
) -> None:
    assert _key(crm, "name_key", name) == key


def _key(crm: Crm, function: str, *arguments: str | None) -> str | None:
    places = ", ".join(["%s::text"] * len(arguments))
    row = crm.conn.execute(f"select {function}({places}) as key", arguments).fetchone()
    assert row is not None
    return row["key"]
