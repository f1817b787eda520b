"""Find which competitors a text names. Text in, names out: no database, no clock.

A name is found as a word of its own, with its endings: Zoho's, Zoho'd, Salesforces. Its parts may
be joined or apart: Müller & Söhne, Mueller und Soehne. A long name is found with one slip of the
keyboard, too.

Many names are everyday words: close, monday, apple. Such a word is a name only by the words around
it (everyday_words.py), or beside another competitor: Apple and Salesforce.

Nothing is learnt: the same text gives the same names on every machine.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from intelligence.everyday_words import is_everyday, is_meant

_UMLAUTS = str.maketrans(
    {
        "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss",
        "\u2019": "'", "\u2018": "'", "`": "'", "\u00ad": "",
    }
)  # fmt: skip
_ENDING = r"(?:'s|'d|s'|'|s|es)?"
_BETWEEN = r"(?:[\s.\-_/]|\s*(?:&|\+|und|and|u\.)\s*)*"
_TOKEN = re.compile(r"[^\W_]+")
_LONG = 8  # letters from which one slip is forgiven: shorter words turn into other words
_BESIDE = re.compile(r"\s*(?:,|/|&|\+|and|or|oder|und|vs\.?|versus|,\s*(?:and|or))\s*")
_BOUND = r"(?![^\W_])"


def folded(text: str) -> str:
    """Write a text without umlauts and accents, its capitals kept."""
    spelled = unicodedata.normalize("NFC", text).translate(_UMLAUTS)
    apart = unicodedata.normalize("NFKD", spelled)
    return "".join(each for each in apart if not unicodedata.combining(each))


@dataclass(frozen=True, slots=True)
class Competitor:
    """Hold a competitor as a portal names it. `never` are phrases that hold its name and mean
    something else: apple pie."""

    name: str
    aliases: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """Say where a text names a competitor, and as what."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Found:
    """Hold a place where a text may name a competitor. A word that is `sure` needs no company."""

    mention: Mention
    word: str  # the alias, in small letters
    is_sure: bool


@dataclass(frozen=True, slots=True)
class _Form:
    """Hold one way to write a competitor's name."""

    name: str
    word: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Names:
    """Hold all of a portal's competitors, ready to be looked for."""

    forms: tuple[_Form, ...]
    never: tuple[re.Pattern[str], ...] = field(default=())

    @classmethod
    def of(cls, competitors: Iterable[Competitor]) -> Names:
        """Make every form of every name ready; the longest first, for it says most."""
        made = [
            _form(each.name, form) for each in competitors for form in (each.name, *each.aliases)
        ]
        made = [form for form in made if form.word]
        never = [_pattern(phrase) for each in competitors for phrase in each.never]
        made.sort(key=lambda form: -len(form.word))
        return cls(tuple(made), tuple(never))

    def in_text(self, text: str) -> list[str]:
        """Answer the competitors that a text names, each once, in order of mention."""
        plain = folded(text)
        found = _without_overlaps(self._candidates(plain))
        certain = [each for each in found if each.is_sure]
        for each in found:
            if not each.is_sure and is_meant(
                plain, each.mention.start, each.mention.end, each.word
            ):
                certain.append(each)
        certain += _beside(plain, found, certain)
        certain.sort(key=lambda each: each.mention.start)
        return list(dict.fromkeys(each.mention.name for each in certain))

    def in_value(self, value: str) -> list[str]:
        """Answer the competitors that a property of competitors names: there, a word is a name."""
        found = _without_overlaps(self._candidates(folded(value)))
        found.sort(key=lambda each: each.mention.start)
        return list(dict.fromkeys(each.mention.name for each in found))

    def _candidates(self, plain: str) -> list[_Found]:
        hidden = [place.span() for each in self.never for place in each.finditer(plain)]
        found = []
        for form in self.forms:
            for place in form.pattern.finditer(plain):
                start, end = place.span()
                if not any(first <= start < last for first, last in hidden):
                    mention = Mention(form.name, start, end)
                    found.append(_Found(mention, form.word, _is_sure(plain, form.word, mention)))
        return found + list(self._misspelt(plain, found))

    def _misspelt(self, plain: str, found: Sequence[_Found]) -> Iterator[_Found]:
        """Yield long words that are one slip away from a name of one word."""
        long = [form for form in self.forms if len(form.word) >= _LONG and " " not in form.word]
        taken = {each.mention.start for each in found}
        for token in _TOKEN.finditer(plain) if long else ():
            written = token[0].lower()
            if len(written) < _LONG - 1 or token.start() in taken:
                continue
            for form in long:
                if is_one_slip(written, form.word):
                    yield _Found(Mention(form.name, *token.span()), form.word, True)


def is_ordinary(name: str) -> bool:
    """Tell whether a name is an everyday word, too, and so needs company to be one."""
    return is_everyday(_spaced(name))


def is_one_slip(written: str, meant: str) -> bool:
    """Tell whether one letter is missing, doubled, wrong, or swapped with its neighbour; never the
    first."""
    if written == meant or written[:1] != meant[:1] or abs(len(written) - len(meant)) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(written, meant, strict=False)) if a != b), None)
    if at is None:  # one letter more at the end is an ending: plural, verb, another word
        return False
    here, there = written[at:], meant[at:]
    swapped = here[1::-1] + here[2:]
    return there in (swapped, here[1:]) or there[1:] in (here, here[1:])


def _form(name: str, written: str) -> _Form:
    return _Form(name, _spaced(written), _pattern(written))


def _spaced(name: str) -> str:
    return " ".join(_TOKEN.findall(folded(name).lower()))


def _pattern(written: str) -> re.Pattern[str]:
    """Build what finds a name as a word of its own, its parts joined or apart. A product or domain
    behind the name belongs to it."""
    parts = [re.escape(part) for part in _TOKEN.findall(folded(written))]
    return re.compile(rf"(?<![^\W_])(?<!@){_BETWEEN.join(parts)}{_ENDING}{_BOUND}", re.IGNORECASE)


def _without_overlaps(found: Iterable[_Found]) -> list[_Found]:
    """Keep the longest of mentions that lie on each other."""
    kept: list[_Found] = []
    for each in sorted(
        found, key=lambda one: (one.mention.start - one.mention.end, not one.is_sure)
    ):
        here = each.mention
        if all(here.end <= one.mention.start or here.start >= one.mention.end for one in kept):
            kept.append(each)
    return kept


def _is_sure(plain: str, word: str, mention: Mention) -> bool:
    """Tell whether a name needs no company: it is no everyday word, or written as only names
    are."""
    written = plain[mention.start : mention.end]
    if written.isupper() and len(word) <= 4 and not plain.isupper():
        return True
    return not is_everyday(word)


def _beside(plain: str, found: Sequence[_Found], certain: Sequence[_Found]) -> list[_Found]:
    """Answer the everyday words that stand beside a certain name, one after the other."""
    known, more = {id(each) for each in certain}, list[_Found]()
    ordered = sorted(found, key=lambda each: each.mention.start)
    for one, other in [*pairwise(ordered), *pairwise(reversed(ordered))]:
        first, last = sorted((one.mention, other.mention), key=lambda each: each.start)
        is_new = id(one) in known and id(other) not in known
        if is_new and _BESIDE.fullmatch(plain[first.end : last.start]):
            known.add(id(other))
            more.append(other)
    return more
