"""Turn the text of a property value into what it means, or None where it means nothing sure. Pure;
no I/O.

The functions of sql/functions/properties read the same texts in the same way, for views and
history; tests/sql/test_one_reader.py holds both against each other.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

_SPACE = " \t\n\r\f\v\u00a0"  # what spreadsheets and forms leave around a value
_LONGEST = 1_000  # characters of a number; nothing sold ever cost more
_DAY_MS = 86_400_000
_PLAIN = re.compile(r"[-+]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
# Groups of three that can be nothing else: "1,800" may be 1.8 in Germany and is no number here.
_GROUPED = re.compile(
    r"[-+]?[1-9][0-9]{0,2}(?:"
    r"(?:,[0-9]{3})+[.][0-9]+|(?:,[0-9]{3}){2,}|"
    r"(?P<points>(?:[.][0-9]{3})+,[0-9]+|(?:[.][0-9]{3}){2,})|"
    r"(?P<spaces>(?:[ '\u2019\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?))"
)
_ISO = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?"
    r"(?:Z|[-+](?:0[0-9]|1[0-4]):?[0-5][0-9])?)?"
)
_EPOCH = re.compile(r"(-?)([0-9]{1,15})(?:[.]0+)?")
_SURE_EPOCH = 9  # digits: fewer may be a year, or a day such as 20240102
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_TRUE = frozenset({"true", "yes", "y", "1", "on"})
_FALSE = frozenset({"false", "no", "n", "0", "off"})


def number(text: str) -> Decimal | None:
    """Read ASCII digits with at most one point and an exponent below 1,000, or groups of three."""
    if len(text) > _LONGEST:
        return None
    text = text.strip(_SPACE)
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    grouped = _GROUPED.fullmatch(text)
    if grouped:
        return Decimal(_without_groups(text, grouped))
    return None


def _without_groups(text: str, grouped: re.Match[str]) -> str:
    if grouped["points"]:
        return text.replace(".", "").replace(",", ".")
    if grouped["spaces"]:
        return re.sub("[ '\u2019\u00a0\u202f]", "", text).replace(",", ".")
    return text.replace(",", "")


def truth(text: str) -> bool | None:
    """Read the words that mean yes and no."""
    word = text.strip(_SPACE).lower()
    if word in _TRUE:
        return True
    return False if word in _FALSE else None


def timestamp(text: object) -> datetime | None:
    """Read ISO 8601 (UTC where it has no offset), a plain date (midnight UTC), or epoch
    milliseconds; in UTC."""
    if not isinstance(text, str):
        return None
    text = text.strip(_SPACE)
    try:
        if epoch := _EPOCH.fullmatch(text):
            return _since_epoch(epoch)
        if not _ISO.fullmatch(text):
            return None
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # 30 February, or beyond the year 9999
        return None


def day(text: str) -> date | None:
    """Read a day in UTC: HubSpot's dates are midnight UTC."""
    moment = timestamp(text)
    return moment.date() if moment else None


def _since_epoch(epoch: re.Match[str]) -> datetime | None:
    """Read a time since 1970. Few digits count only as whole days, which is what date properties
    hold: 0 is 1970-01-01."""
    sign, digits = epoch.groups()
    milliseconds = int(sign + digits)
    if len(digits) < _SURE_EPOCH and milliseconds % _DAY_MS:
        return None
    return _BEGINNING + timedelta(milliseconds=milliseconds)


def spelled(moment: datetime) -> str:
    """Spell a time as HubSpot's records do: 2020-05-01T00:00:00Z, with milliseconds where it has
    any."""
    whole = moment.astimezone(UTC).isoformat(
        timespec="milliseconds" if moment.microsecond else "seconds"
    )
    return whole.replace("+00:00", "Z")
