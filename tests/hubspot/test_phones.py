"""Numbers as people type them, in the form of the country they were typed in, become one key."""

from __future__ import annotations

import pytest

from hubspot.phones import reader


@pytest.mark.parametrize(
    ("country", "number", "key"),
    [
        ("US", "(415) 555-2671", "14155552671"),
        ("US", "+44 (0)20 7946 0958", "442079460958"),
        ("US", "011 49 30 12345678", "493012345678"),
        ("DE", "030 12345678", "493012345678"),
        ("DE", "030 / 12345678", "493012345678"),
        ("DE", "030 12345678 / 030 87654321", "493012345678"),
        ("DE", "0049 30 12345678", "493012345678"),
        ("GB", "020 7946 0958 ext. 5", "442079460958"),
        ("GB", "+44 (0) 20 7946 0958", "442079460958"),
        ("FR", "01 42 68 53 00", "33142685300"),
        ("IL", "052-234-5678", "972522345678"),
        ("AU", "(02) 9374 4000", "61293744000"),
        ("IN", "098765 43210", "919876543210"),
        ("BR", "(11) 96123-4567", "5511961234567"),
        ("US", "415-555-2671 or 415-555-9999", "14155552671"),
        ("US", "+14155552671+14155559999", "14155552671"),
        ("US", "\u202a+1 415\u202c 555 2671", "14155552671"),
        ("DE", "972", None),
        ("DE", "ext. 5", None),
        ("DE", "+", None),
        ("DE", "", None),
        ("DE", None, None),
        ("DE", "📞", None),
        ("DE", "9" * 10_000, None),
        ("XX", "030 12345678", None),
        (None, "+49 30 12345678", None),
    ],
)
def test_a_number_is_read_as_its_country_writes_it(
    country: str | None, number: str | None, key: str | None
) -> None:
    assert reader(country)(number) == key
