"""Changes that somebody began and did not publish: kept in memory for their author alone, and forgotten after a day."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.company.company import Company
from limen.company.plan import Plan

MOST: Final = 200
MOST_EACH: Final = 10
LIVES: Final[Milliseconds] = DAY


@dataclass(slots=True)
class Draft:
    """A candidate and where it came from. `base` is the revision it was made from, `back` where one is without it.

    `again` is the page on which it can be changed further, with what is drafted in it ("": there is none).
    `predicting` is what would happen, being worked out; `part` is how much of the past was read, 0 to 1;
    `is_dropped` tells the thread that works it out to stop.
    """

    id: str
    author: str
    said: str
    base: str
    company: Company
    back: str
    made_at: Instant
    again: str = ""
    reason: str = ""
    predicting: asyncio.Task[Plan] | None = None
    part: float = field(default=0.0)
    is_dropped: bool = False


class Drafts:
    """What everybody has begun. The oldest make room for the newest."""

    def __init__(self, new_id: Callable[[], str] = lambda: secrets.token_urlsafe(9)) -> None:
        self._drafts: dict[str, Draft] = {}
        self._new_id = new_id

    def keep(self, author: str, said: str, base: str, company: Company, back: str, now: Instant) -> Draft:
        self._forget(lambda one: now - one.made_at > LIVES)
        own = [one.id for one in self._drafts.values() if one.author == author]
        for gone in (
            own[: max(0, len(own) - MOST_EACH + 1)] or list(self._drafts)[: max(0, len(self._drafts) - MOST + 1)]
        ):
            self.drop(gone)
        draft = Draft(self._new_id(), author, said, base, company, back, now)
        self._drafts[draft.id] = draft
        return draft

    def of(self, draft_id: str, author: str) -> Draft | None:
        """The draft, if it is this person's."""
        draft = self._drafts.get(draft_id)
        return draft if draft is not None and draft.author == author else None

    def drop(self, draft_id: str) -> None:
        draft = self._drafts.pop(draft_id, None)
        if draft is None:
            return
        draft.is_dropped = True
        if draft.predicting is not None:
            draft.predicting.cancel()

    def _forget(self, is_old: Callable[[Draft], bool]) -> None:
        for gone in [one.id for one in self._drafts.values() if is_old(one)]:
            self.drop(gone)
