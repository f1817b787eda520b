"""competitors: of the competitors that sentences of a CRM name, how many are found, and how many of
the found are named; on sentences that the rules were not made with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from intelligence.competitors import Competitor, Names
from lab.benchmarks.figure import Figure

GOAL = 0.95
SENTENCES = Path(__file__).with_name("competitor_sentences.tsv")
COMPETITORS = (
    Competitor("Salesforce", ("SFDC", "sales force")),
    Competitor("Pipedrive", ("pipe drive",)),
    Competitor("Zoho", ("Zoho CRM",)),
    Competitor("Monday.com", ("Monday", "Monday CRM")),
    Competitor("Close", ("Close.com", "Close CRM")),
    Competitor("Apple", (), ("apple pie", "big apple", "adam's apple")),
    Competitor("Microsoft Dynamics", ("MS Dynamics", "Dynamics 365", "D365", "Dynamics")),
    Competitor("Freshworks", ("Freshsales", "fresh sales")),
    Competitor("SugarCRM", ("Sugar CRM", "Sugar")),
    Competitor("Copper", ("Copper CRM",)),
    Competitor("Insightly"),
    Competitor("Oracle"),
    Competitor("SAP"),
    Competitor("Keap", ("Infusionsoft",)),
    Competitor("Nimble", ("nimble.com",)),
    Competitor("Müller & Söhne"),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Count what was found in sentences: rightly, wrongly, and not at all."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)


def sentences(held_out: bool) -> Iterator[tuple[set[str], str]]:
    """Yield the labels and the text of each sentence of a half. The half that is held out was never
    looked at while the rules were made; a sentence's hash says where it belongs."""
    for line in SENTENCES.read_text().splitlines():
        labels, text = line.split("\t")
        if (hashlib.sha256(text.encode()).digest()[0] & 1 == 1) == held_out:
            yield set() if labels == "-" else set(labels.split(",")), text


def judged(found_in: Names | None, held_out: bool = True) -> Judged:
    """Compare what is found with the labels. Without rules: the bare words of the names."""
    right = wrong = missed = 0
    for labels, text in sentences(held_out):
        found = set(found_in.in_text(text)) if found_in else _bare(text)
        right += len(found & labels)
        wrong += len(found - labels)
        missed += len(labels - found)
    return Judged(right, wrong, missed)


def _bare(text: str) -> set[str]:
    """Find names as most people would first: any alias, anywhere in small letters."""
    return {
        each.name
        for each in COMPETITORS
        if any(word.lower() in text.lower() for word in (each.name, *each.aliases))
    }


def main() -> None:
    ours, rival = judged(Names.of(COMPETITORS)), judged(None)
    worst, theirs = min(ours.precision, ours.recall), min(rival.precision, rival.recall)
    more = {
        "unit": "the lower of precision and recall",
        "rival_is": "any alias anywhere in the text",
        "precision": round(ours.precision, 4),
        "recall": round(ours.recall, 4),
        "rival_precision": round(rival.precision, 4),
        "rival_recall": round(rival.recall, 4),
        "sentences": len(list(sentences(held_out=True))),
    }
    Figure("competitors", worst, theirs, worst, GOAL, worst >= GOAL, more).print()


if __name__ == "__main__":
    main()
