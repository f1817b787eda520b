"""A small part of PromQL, as far as our alerts and charts go: evaluated over two scrapes.

Raises ValueError for what it does not know, so that an expression beyond it is no silent success.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
Value = float | Vector
Scrape = Sequence[Any]  # samples of prometheus_client's parser
SECONDS = 60.0  # between the two scrapes
_TOKEN = re.compile(r'\s*([a-zA-Z_:]\w*|\d+(?:\.\d+)?|"[^"]*"|=~|==|!=|[-+*/()\[\]{}<>,=])')
_COMPARED = {">": operator.gt, "<": operator.lt, "==": operator.eq}
_FOLDED: Mapping[str, Callable[[Iterable[float]], float]] = {"sum": sum, "max": max, "min": min}
_NAME = "__name__"


def evaluate(expression: str, before: Scrape, after: Scrape) -> Vector:
    """Answer the series of an expression after two scrapes, a minute apart."""
    found = _Reader(expression, before, after).whole()
    return {frozenset(): found} if isinstance(found, float) else found


def _series(scrape: Scrape, name: str, wanted: Callable[[Mapping[str, str]], bool]) -> Vector:
    return {
        frozenset({**each.labels, _NAME: name}.items()): float(each.value)
        for each in scrape
        if each.name == name and wanted(each.labels)
    }


def _nameless(vector: Vector) -> Vector:
    return {frozenset(pair for pair in key if pair[0] != _NAME): n for key, n in vector.items()}


def _only(key: Labels, names: Sequence[str]) -> Labels:
    return frozenset(pair for pair in key if pair[0] in names)


class _Reader:
    def __init__(self, text: str, before: Scrape, after: Scrape) -> None:
        self._before, self._after = before, after
        self._tokens = [*_TOKEN.findall(text), ""]
        if "".join(self._tokens) != re.sub(r"\s+", "", text):
            raise ValueError(f"cannot be read: {text}")

    def whole(self) -> Value:
        found = self._unless()
        self._take("")
        return found

    def _take(self, *wanted: str) -> str:
        if wanted and self._tokens[0] not in wanted:
            raise ValueError(f"{self._tokens[0]!r} stands where {wanted} was awaited")
        return self._tokens.pop(0)

    def _is(self, *tokens: str) -> bool:
        return self._tokens[0] in tokens

    def _unless(self) -> Value:
        left = self._comparison()
        while self._is("unless"):
            self._take()
            self._take("on")
            names, right = self._names(), _vector(self._comparison())
            there = {_only(key, names) for key in right}
            left = {key: n for key, n in _vector(left).items() if _only(key, names) not in there}
        return left

    def _comparison(self) -> Value:
        left = self._product()
        if self._is(*_COMPARED):
            compared, right = _COMPARED[self._take()], self._product()
            if not isinstance(right, float):
                raise ValueError("compared with series")
            left = {key: n for key, n in _vector(left).items() if compared(n, right)}
        return left

    def _product(self) -> Value:
        left = self._single()
        while self._is("*", "/"):
            worked = operator.mul if self._take() == "*" else operator.truediv
            left = _joined(worked, left, self._single())
        return left

    def _single(self) -> Value:
        word = self._take()
        if word == "(":
            found = self._unless()
            self._take(")")
            return found
        if word[0].isdigit():
            return float(word)
        if word in _FOLDED:
            return self._folded(_FOLDED[word])
        return self._called(word) if self._is("(") else self._selected(word, self._after)

    def _folded(self, fold: Callable[[Iterable[float]], float]) -> Vector:
        self._take("by")
        names, groups = self._names(), dict[Labels, list[float]]()
        self._take("(")
        for key, value in _vector(self._unless()).items():
            groups.setdefault(_only(key, names), []).append(value)
        self._take(")")
        return {key: fold(values) for key, values in groups.items()}

    def _called(self, word: str) -> Value:
        self._take("(")
        found = getattr(self, f"_call_{word}", self._unknown)()
        self._take(")")
        return found

    def _unknown(self) -> Value:
        raise ValueError("a function that is not known here")

    def _call_rate(self) -> Vector:
        return {key: n / SECONDS for key, n in self._grown().items()}

    def _call_increase(self) -> Vector:
        return self._grown()

    def _call_clamp_min(self) -> Vector:
        found = _vector(self._unless())
        self._take(",")
        least = float(self._take())
        return _nameless({key: max(n, least) for key, n in found.items()})

    def _call_histogram_quantile(self) -> Vector:
        share = float(self._take())
        self._take(",")
        groups: dict[Labels, list[tuple[float, float]]] = {}
        for key, n in _vector(self._unless()).items():
            bound = float(dict(key)["le"])
            groups.setdefault(frozenset(p for p in key if p[0] != "le"), []).append((bound, n))
        return {
            key: min(bound for bound, n in each if n >= share * max(n for _, n in each))
            for key, each in groups.items()
        }

    def _grown(self) -> Vector:
        """Answer by how much counters grew; a series needs both scrapes, as Prometheus does."""
        kept = list(self._tokens)
        new = self._selected(self._take(), self._after)
        self._tokens = kept
        old = self._selected(self._take(), self._before)
        self._take("[")
        self._take()  # 10
        self._take("m")
        self._take("]")
        return _nameless({key: n - old[key] for key, n in new.items() if key in old})

    def _selected(self, name: str, scrape: Scrape) -> Vector:
        if not self._is("{"):
            return _series(scrape, name, lambda labels: True)
        self._take()
        label, sign, text = self._take(), self._take("=", "=~"), self._take().strip('"')
        self._take("}")
        pattern = text if sign == "=~" else re.escape(text)
        return _series(scrape, name, lambda labels: bool(re.fullmatch(pattern, labels[label])))

    def _names(self) -> list[str]:
        self._take("(")
        names = [self._take()]
        while self._take(",", ")") == ",":
            names.append(self._take())
        return names


def _vector(value: Value) -> Vector:
    if isinstance(value, float):
        raise ValueError("a number stands where series are awaited")
    return value


def _joined(worked: Callable[[float, float], float], left: Value, right: Value) -> Value:
    """Work number with number, number with series, and series of the same labels."""
    if isinstance(left, float):
        if isinstance(right, float):
            return worked(left, right)
        return _nameless({key: worked(left, n) for key, n in right.items()})
    if isinstance(right, float):
        return _nameless({key: worked(n, right) for key, n in left.items()})
    ours, theirs = _nameless(left), _nameless(right)
    return {key: worked(n, theirs[key]) for key, n in ours.items() if key in theirs}
