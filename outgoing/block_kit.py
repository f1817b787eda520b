"""Write Slack's Block Kit within its limits, with nothing of a record taken for markup. Pure.

https://docs.slack.dev/reference/block-kit/blocks
https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

MOST_BLOCKS, MOST_FIELDS = 50, 10
HEADER, SECTION, FIELD, TEXT = 150, 3_000, 2_000, 4_000  # characters
_CUT = "…"
_MENTION = re.compile(r"@(?=channel|here|everyone)", re.I)
_HALF = re.compile(r"&[a-z]{0,3}$")
Block = dict[str, Any]


def escaped(text: object) -> str:
    """Answer a text in which Slack finds no link, mention or command. Without this, a deal named
    `<!channel>` would ring the phone of everybody."""
    said = str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MENTION.sub("@\u200b", said)


def fitted(text: str, most: int) -> str:
    """Cut a text that is too long, never within an escaped sign or a link."""
    if len(text) <= most:
        return text
    kept = _HALF.sub("", text[: most - 1])
    opened = kept.rfind("<")
    if opened > kept.rfind(">"):
        kept = kept[:opened]
    return kept + _CUT


def link(url: str, label: object) -> str:
    """Write a link to an address of ours that holds no sign of markup."""
    said = re.sub(r"[|\s]+", " ", str(label)).strip() or "open"
    return f"<{url}|{escaped(fitted(said, 200))}>"


def header(text: str) -> Block:
    """Write a heading; its text is plain, and is shown as it is."""
    said = fitted(_MENTION.sub("@\u200b", text), HEADER)
    return {"type": "header", "text": {"type": "plain_text", "text": said, "emoji": False}}


def section(text: str) -> Block:
    """Write a paragraph of markup: values in it must be escaped."""
    return {"type": "section", "text": _markup(text, SECTION)}


def fields(texts: Sequence[str]) -> list[Block]:
    """Write texts in two columns, ten to a block."""
    return [
        {
            "type": "section",
            "fields": [_markup(text, FIELD) for text in texts[at : at + MOST_FIELDS]],
        }
        for at in range(0, len(texts), MOST_FIELDS)
    ]


def context(text: str) -> Block:
    """Write a small line."""
    return {"type": "context", "elements": [_markup(text, SECTION)]}


def lines(texts: Iterable[str]) -> list[Block]:
    """Write lines into as few sections as hold them whole."""
    packed: list[str] = []
    for text in texts:
        line = fitted(text, SECTION)
        if packed and len(packed[-1]) + len(line) + 1 <= SECTION:
            packed[-1] += f"\n{line}"
        else:
            packed.append(line)
    return [section(each) for each in packed]


def message(text: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """Put a message together. `text` is what notifications show. Blocks beyond 50 are left out,
    and the last one says so."""
    shown = list(blocks)
    if len(shown) > MOST_BLOCKS:
        left = len(shown) - MOST_BLOCKS + 1
        shown = [*shown[: MOST_BLOCKS - 1], context(f"{left} further parts are left out.")]
    return {
        "text": fitted(escaped(text), TEXT),
        "blocks": shown,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _markup(text: str, most: int) -> dict[str, Any]:
    """Write a text object. `verbatim`: Slack turns nothing of it into links or mentions."""
    return {"type": "mrkdwn", "text": fitted(text, most) or " ", "verbatim": True}
