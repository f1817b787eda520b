"""A phone number in E.164, as Google's libphonenumber reads it for a country. Pure; no I/O.

Only portals whose country is known pay for it: the library is loaded on first use, and a number
takes 50 µs once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

_SHORTEST, _LONGEST = 10, 15  # digits with the country code, as phone_key in SQL wants them
_SECOND_NUMBER = re.compile(r"[,;|]| or | und | ou |(?<=\d)\s*\+", re.IGNORECASE)
_MOST = 60  # characters of a field that are read: a number with its extension is shorter


def reader(country: str | None) -> Callable[[str | None], str | None]:
    """How to read the numbers of a portal: text → digits of E.164 without the plus, None for what
    is no number there. Without a country nothing is read: links compare bare digits then."""
    if country is None:
        return lambda number: None
    return lambda number: _read(number[:_MOST], country) if number else None


@lru_cache(16_384)
def _read(text: str, country: str) -> str | None:
    """The first number of a field that may hold two; extensions do not count. National forms are
    the country's. A slash stands within a number (030/12345678) more often than between two."""
    first = _SECOND_NUMBER.split(text.strip(), maxsplit=1)[0]
    return _valid(first, country) or (
        _valid(first.partition("/")[0], country) if "/" in first else None
    )


def _valid(text: str, country: str) -> str | None:
    import phonenumbers  # 30 ms, and nothing without a country needs it

    text = re.sub(
        r"^00(?=[1-9])", "+", re.sub(r"[^\d+a-z()./ \-#]", "", text, flags=re.IGNORECASE).strip()
    )
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).lstrip("+")
    return digits if _SHORTEST <= len(digits) <= _LONGEST else None
