"""Tell everyday words that are also names of companies from the same words in their everyday
meaning, by the words around them. The words stand in competitor_words.toml."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path

_WORDS: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("competitor_words.toml").read_text()
)
_BOUND = r"(?![^\W_])"


def is_everyday(word: str) -> bool:
    """Tell whether a word, in small letters, has an everyday meaning."""
    return word in _everyday()


@lru_cache(maxsize=1)
def _everyday() -> frozenset[str]:
    return frozenset(_WORDS["ordinary"]) | frozenset(_WORDS["calendar"])


def _word_before(before: str) -> str:
    return (before.lower().split() or [""])[-1]


def is_meant(plain: str, start: int, end: int, word: str) -> bool:
    """Tell whether the everyday word between two places of a text is a name there.

    1. A domain or a product behind it says so: monday.com, Close CRM.
    2. So does a word before or after it that suppliers have: lost to it, it quoted.
    3. So does a capital within a sentence, unless it is a day or month, or a part of another name.

    In small letters it must end its phrase, too: "uses copper" is a name, "uses copper pipes" not.
    """
    before, written, after = plain[:start], plain[start:end], plain[end:]
    if re.match(r"\.(?:com|io|co|de|net|ai)\b", after):
        return True
    after = re.sub(r"^[)\"']+", "", after)
    if written[:1].isupper():
        return _capital_is_meant(before, written, after, word)
    if _follows(after, "product"):
        return True
    if _word_before(before) in _WORDS["owners"] or written.lower() == f"{word}s":
        return False
    if "'" in written and _has(after):
        return True
    if _follows(after, "after") and word not in _WORDS["calendar"]:
        return True
    return _ends(before, word) and _next_word(after) in _WORDS["following"]


def _capital_is_meant(before: str, written: str, after: str, word: str) -> bool:
    """Tell it of a word with a capital, which at the beginning of a sentence says nothing."""
    if _ends(before, word) or any(_follows(after, kind) for kind in ("product", "after")):
        return True
    is_genitive = "'" in written or (written[-1:] == "s" and word[-1:] != "s")
    if is_genitive and _has(after):
        return True
    if word in _WORDS["calendar"]:
        return _is_within(before) and _follows(after, "things")
    if re.match(r"-[^\W_]", after):
        return True
    last = (before.split() or ["."])[-1].rstrip(",;)")
    return _is_within(before) and not last[0].isupper()


def _is_within(before: str) -> bool:
    """Tell whether a sentence began before this place."""
    return (before.split() or ["."])[-1].rstrip(",;)").isalnum()


def _has(after: str) -> bool:
    """Tell whether a name in the genitive has something that suppliers have: its nice dialer."""
    words = rf"\s+(?:[\w\-]+\s+){{0,2}}(?:{_either('product')}|{_either('things')})"
    return re.match(words + _BOUND, after, re.IGNORECASE) is not None


def _follows(after: str, kind: str) -> bool:
    return re.match(rf"\s+(?:{_either(kind)}){_BOUND}", after, re.IGNORECASE) is not None


def _ends(before: str, word: str) -> bool:
    """Tell whether a word of suppliers stands right before."""
    found = _before().search(before)
    is_day = word in _WORDS["calendar"]
    return found is not None and not (is_day and found[1].lower() in _WORDS["not_of_days"])


def _next_word(after: str) -> str:
    """Answer the next word; empty at the end and before punctuation."""
    found = re.match(r"\s+([\w/]+)", after)
    return found[1].lower() if found else ""


@lru_cache(maxsize=1)
def _before() -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])({_either('before')})\s*[=:.\-]?\s*$", re.IGNORECASE)


@lru_cache(maxsize=8)
def _either(kind: str) -> str:
    return "|".join(re.escape(each) for each in sorted(_WORDS[kind], key=len, reverse=True))
