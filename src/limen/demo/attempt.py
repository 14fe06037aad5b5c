"""One request of the demo and what came of it: what the page said, and the decision in the journal behind it."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from limen.clock import Instant
from limen.demo.browser import Page
from limen.demo.roles import Question
from limen.events import DecisionRecord, Event
from limen.storage.journal import Journal

MOST_TEXT: Final = 400
_TITLE: Final = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
_PARAGRAPH: Final = re.compile(r"""<p(?:\s[^>]*)?>(.*?)</p>|<li class="fails">(.*?)(?:<div|</li>)""", re.DOTALL)
"""A paragraph; or what the page of a refusal says is missing, before its remedies."""
_UNREAD: Final = re.compile(r"""<(button|a)\b.*?</\1>|<span class="unseen">.*?</span>""", re.DOTALL)
"""What is pressed, and what only a screen reader says."""
_TAG: Final = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Attempt:
    """`decision` is "" where it never came to one; `was` is the effect that the same question had before, or "".

    `title` and `text` are what the page said; `url` is where the browser ended.
    """

    question: Question
    status: int
    url: str
    title: str
    text: str
    decision: str
    was: str = ""


async def tried(journal: Journal, question: Question, page: Page, since: Instant, address: str) -> Attempt:
    """What came of a question that was asked at `since` from `address`, and ended at `page`."""
    title, text = said(page)
    found = await newest_decision(
        journal,
        since,
        lambda event, made: (event.address, made.app, made.action) == (address, question.app, question.action),
    )
    return Attempt(question, page.status, page.url, title, text, found.id if found else "")


def said(page: Page) -> tuple[str, str]:
    """What a person reads there: the heading, and the first words below it."""
    if 300 <= page.status < 400:
        return f"Redirected to {urlsplit(page.headers['Location']).path}", ""
    kind = page.headers.get("Content-Type", "")
    if kind.startswith("application/json"):
        told = page.json()
        return "", str(told.get("error_description", ""))[:MOST_TEXT] if isinstance(told, dict) else ""
    found = _TITLE.search(page.text) if kind.startswith("text/html") else None
    if found is None:
        return "", page.text[:MOST_TEXT] if kind.startswith("text/") else ""
    paragraphs = [_plain(_UNREAD.sub("", "".join(one))) for one in _PARAGRAPH.findall(page.text, found.end())[:2]]
    return _plain(found[1]), "\n".join(one for one in paragraphs if one)[:MOST_TEXT]


async def newest_decision(
    journal: Journal, since: Instant, fits: Callable[[Event, DecisionRecord], bool]
) -> Event | None:
    """The newest decision from `since` on that fits; None where there is none. What waits is written down first."""
    await asyncio.to_thread(journal.flush)
    found = journal.recent(
        1,
        lambda event: (
            event.decision is not None and max(event.at, event.until) >= since and fits(event, event.decision)
        ),
    )
    return found[0] if found else None


def _plain(markup: str) -> str:
    """The text of a piece of a page."""
    words = " ".join(html.unescape(_TAG.sub(" ", markup)).split())
    return re.sub(r" (?=[.,:;!?])", "", words)
