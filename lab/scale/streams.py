"""Make marketing events, e-mail events and web sessions: what comes by the million."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from lab.scale import draws, seasons
from lab.scale import vocabulary as words
from lab.scale.block import Block, Known
from lab.scale.records import CONTACT, Columns

MARKETING_EVENT, EMAIL_EVENT, SESSION = 500_000_000, 600_000_000, 700_000_000
_CAMPAIGN_IDS = tuple(str(number) for number in range(1, words.CAMPAIGNS + 1))
_MINUTE = 60_000.0
# how long an e-mail's next step takes, in milliseconds: half of them within this time
_DELIVERED, _BOUNCED, _OPENED, _CLICKED, _LEFT = (
    each * _MINUTE for each in (0.1, 1.0, 150.0, 4.0, 10.0)
)


def marketing_events(block: Block, known: Known) -> Columns:
    rng, rows = block.rng, block.rows
    times = block.moments(seasons.MARKETING)
    contact = known.contact_at(rng, times)
    channel = draws.pick(rng, rows, words.CHANNEL_WEIGHTS)
    spent = np.ceil(rng.exponential(180, rows)).clip(1, 3600)
    depth = 1 + draws.following(rng, rng.geometric(0.35, rows) - 1, spent, 200.0)
    return {
        "event_id": block.ids(MARKETING_EVENT),
        "contact_id": draws.numbers_as_text(contact + CONTACT + 1),
        "event_type": draws.words(words.EVENT_TYPES, draws.pick(rng, rows, words.EVENT_WEIGHTS)),
        "channel": draws.words(words.CHANNELS, channel),
        "campaign_id": draws.words(_CAMPAIGN_IDS, rng.integers(0, words.CAMPAIGNS, rows)),
        "utm_source": draws.words(
            words.UTM_SOURCES, draws.pick_by(rng, channel, words.UTM_BY_CHANNEL)
        ),
        "device_type": draws.words(words.DEVICES, draws.pick(rng, rows, words.DEVICE_WEIGHTS)),
        "session_duration_sec": draws.whole(spent),
        "page_depth": draws.whole(depth.clip(1, 20)),
        "timestamp": draws.moment_column(times),
    }


def email_events(block: Block, known: Known) -> Columns:
    """Make e-mails and what became of each: none is opened that was not delivered, or clicked
    before it was opened. Shares of actions are exact in each block."""
    rng = block.rng
    counts = dict(
        zip(words.ACTIONS, draws.shared_out(block.rows, words.ACTION_WEIGHTS), strict=True)
    )
    mails = counts["Sent"]
    sent = block.moments(seasons.MARKETING, mails)
    steps = _steps(rng, sent, counts)
    mail = np.concatenate([which for which, _ in steps])
    times = np.concatenate([when for _, when in steps])
    action = np.repeat(np.arange(len(steps)), [len(which) for which, _ in steps])
    order = np.lexsort((action, mail, times))  # at the same moment, first what comes first
    mail, times, action = mail[order], times[order], action[order]
    campaign = rng.integers(0, words.CAMPAIGNS, mails)
    subject = rng.normal(48, 14, mails).clip(10, 120)
    contact = known.contact_at(rng, sent)
    return {
        "email_event_id": block.ids(EMAIL_EVENT),
        "contact_id": draws.numbers_as_text(contact[mail] + CONTACT + 1),
        "campaign_id": draws.words(_CAMPAIGN_IDS, campaign[mail]),
        # a campaign is of one type
        "campaign_type": draws.words(
            words.CAMPAIGN_TYPES, (campaign * 7 % len(words.CAMPAIGN_TYPES))[mail]
        ),
        "action": draws.words(words.ACTIONS, action),
        "subject_line_length": draws.whole(subject[mail]),
        "send_hour": draws.whole(seasons.hour_of_day(sent)[mail]),
        "send_day_of_week": draws.whole(seasons.weekday(sent)[mail]),
        "timestamp": draws.moment_column(times),
    }


def _steps(
    rng: np.random.Generator, sent: seasons.Times, counts: dict[str, int]
) -> list[tuple[draws.Places, seasons.Times]]:
    """Answer, for each action, which mails it came to and when. The mails of an action are the
    first of a shuffled list, so that each that is clicked was opened."""
    mails = len(sent)
    shuffled = rng.permutation(mails)
    when: dict[str, seasons.Times] = {"Sent": sent}

    def later(earlier: str, which: draws.Places, half: float) -> seasons.Times:
        times = when[earlier].copy()
        times[which] = seasons.after(times[which], rng.lognormal(np.log(half), 1.0, len(which)))
        return times

    delivered = shuffled[: counts["Delivered"]]
    opened = shuffled[: counts["Opened"]]
    clicked = shuffled[: counts["Clicked"]]
    # all that never arrived, and for the rest refusals that come after delivery
    bounced = shuffled[::-1][: counts["Bounced"]]
    # people leave after reading, and say "spam" without it where enough mails were not opened
    unsubscribed = rng.permutation(opened)[: counts["Unsubscribed"]]
    spam = shuffled[counts["Opened"] : counts["Delivered"]][: counts["Spam"]]
    when["Delivered"] = later("Sent", delivered, _DELIVERED)
    when["Opened"] = later("Delivered", opened, _OPENED)
    when["Clicked"] = later("Opened", clicked, _CLICKED)
    when["Bounced"] = later("Delivered", bounced, _BOUNCED)
    when["Unsubscribed"] = later("Opened", unsubscribed, _LEFT)
    when["Spam"] = later("Delivered", spam, _OPENED)
    chosen = (np.arange(mails), delivered, opened, clicked, bounced, unsubscribed, spam)
    return [
        (which, when[action][which]) for action, which in zip(words.ACTIONS, chosen, strict=True)
    ]


def web_sessions(block: Block, known: Known) -> Columns:
    rng, rows = block.rng, block.rows
    times = block.moments(seasons.WEB)
    spent = np.floor(rng.exponential(120, rows)).clip(0, 1800)
    # who leaves at once has seen one page and bought nothing; 45 % of all do, of short visits more
    bounce = rng.random(rows) < 0.45 + 0.6 * (np.exp(-spent / 120) - 0.5)
    conversion = ~bounce & (rng.random(rows) < 0.04 / 0.55)
    pages = np.where(bounce, 1, 1 + rng.geometric(0.3, rows)).clip(1, 30)
    return {
        "session_id": block.ids(SESSION),
        "page_url": draws.words(words.PAGES, draws.pick(rng, rows, words.PAGE_WEIGHTS)),
        "referrer_domain": draws.words(
            words.REFERRERS, draws.pick(rng, rows, words.REFERRER_WEIGHTS)
        ),
        "browser": draws.words(words.BROWSERS, draws.pick(rng, rows, words.BROWSER_WEIGHTS)),
        "device_type": draws.words(words.DEVICES, draws.pick(rng, rows, words.DEVICE_WEIGHTS)),
        "country": draws.words(words.COUNTRIES, draws.pick(rng, rows, words.COUNTRY_WEIGHTS)),
        "session_duration_sec": draws.whole(spent),
        "page_views": draws.whole(pages),
        "bounce": pa.array(bounce),
        "conversion": pa.array(conversion),
        "timestamp": draws.moment_column(times),
    }
