"""Read the phone numbers of a field in E.164, as Google's libphonenumber reads them for a country.
Pure; no I/O.

Only portals whose country is known pay for it: the library is loaded on first use, and a number
takes 50 µs once. sql/functions/links/phone_keys.sql reads fields where no country is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_SEVERAL = re.compile(
    r"[;|\n\r]|,(?!\s*(?:ext|x|,))(?<!,,)|\b(?:or|and|und|oder|ou|et|o|y|e)\b|(?<=\d)\s*(?=\+)",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"\b(?:durchwahl|dw|nebenstelle|nst|poste|interno)\b\.?:?", re.IGNORECASE)
# a spreadsheet took the number for one to reckon with; 01.42.68.53.00 has its dots from a person
_SHEET = re.compile(r"(?<![.\d])(\d+)\.0+(?!\d)")
# words that are no part of a number: libphonenumber would dial their letters, as North America does
_WORD = re.compile(r"(?<![^\W\d_])(?!ext|tel:)[^\W\d_]{3,}", re.IGNORECASE)
_FOREIGN = re.compile(r"[^\d+a-z()./ \-#=;]", re.IGNORECASE)
_IN_A_ROW = "0123456789" * 3
_MOST = 200  # characters of a field that are read: three numbers with words around them


def is_country(code: str) -> bool:
    """Tell whether numbers can be read as a country's, by its two letters of ISO 3166."""
    import phonenumbers

    return code in phonenumbers.SUPPORTED_REGIONS


def reader(country: str | None) -> Callable[[str | None], str | None]:
    """Answer how to read the numbers of a portal: text → all numbers in it, in E.164 without the
    plus, one blank between two, an extension behind an x; '' for a field without any. Without a
    country nothing is read (None): links compare bare digits then."""
    if country is None:
        return lambda field: None
    return lambda field: _read(field[:_MOST], country) if field else None


@lru_cache(16_384)
def _read(field: str, country: str) -> str:
    field = _EXTENSION.sub("ext.", _SHEET.sub(r"\1", field))
    parts = _SEVERAL.split(field)
    return " ".join(dict.fromkeys(number for part in parts for number in _numbers(part, country)))


def _numbers(text: str, country: str) -> list[str]:
    """Answer the numbers of a part that should hold one: all of it; else the halves beside a slash,
    which stands within a number (030/12345678) more often than between two; else those among
    words."""
    whole = _valid(text, country)
    if whole:
        return [whole]
    if "/" in text:
        halves = [_valid(half, country) for half in text.split("/")]
        if any(halves):
            return [half for half in halves if half]
    return list(_among_words(text, country))


def _valid(text: str, country: str) -> str | None:
    import phonenumbers  # 30 ms, and nothing without a country needs it

    if _WORD.search(text) and phonenumbers.country_code_for_region(country) != 1:
        return None
    text = re.sub(r"^00(?=[1-9])", "+", _FOREIGN.sub("", text).strip())
    for spelled in _spellings(text, country):
        try:
            number = phonenumbers.parse(spelled, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return _written(number)
    return None


def _spellings(text: str, country: str) -> Iterator[str]:
    """Yield spellings. Digits that begin with the country's own code may lack their plus alone:
    491752756692."""
    import phonenumbers

    code = str(phonenumbers.country_code_for_region(country))
    if re.match(rf"\(?{code}", text):
        yield f"+{text}"
    yield text


def _among_words(text: str, country: str) -> Iterator[str]:
    import phonenumbers

    for match in phonenumbers.PhoneNumberMatcher(text, country):
        if number := _written(match.number):
            yield number


def _written(number: PhoneNumber) -> str | None:
    """Write a number as links compare it; None for what no plan has though its length is right."""
    import phonenumbers

    digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).lstrip("+")
    national = phonenumbers.national_significant_number(number)
    if len(set(national)) == 1 or (len(national) > 6 and national in _IN_A_ROW):
        return None
    if number.extension:
        return f"{digits}x{number.extension}"
    return digits
