"""The words that records are made of, from words.toml."""

import tomllib
from pathlib import Path

_WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

FIRST_NAMES: list[str] = _WORDS["first_names"].split()
LAST_NAMES: list[str] = _WORDS["last_names"].split()
COMPANY_WORDS: list[str] = _WORDS["company_words"].split()
COMPANY_KINDS: list[str] = _WORDS["company_kinds"].split()
SUFFIXES: list[str] = _WORDS["suffixes"]  # of company names; often none
JOBS: list[str] = _WORDS["jobs"]
STREETS: list[str] = _WORDS["streets"]
CALL_NOTES: list[str] = _WORDS["call_notes"]
CANCELLATIONS: list[str] = _WORDS["cancellations"]
CITIES: list[list[str]] = _WORDS["cities"]  # city, state, country
