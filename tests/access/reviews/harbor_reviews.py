"""Reviews at Harbor: what several tests do with them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tests.access.at_harbor import AtHarbor, Colleague

from limen.access.reviews.judging import Told
from limen.access.reviews.model import Outcome, Review, ReviewRow, Verdict
from limen.access.reviews.services import Reviews


@dataclass
class UnderReview:
    """A review that was begun at Harbor, of the customers' app unless another is named."""

    at: AtHarbor
    review: Review

    @property
    def reviews(self) -> Reviews:
        return self.at.house.limen.core.offers.take(Reviews)

    async def rows(self) -> list[ReviewRow]:
        return await self.reviews.rows(self.review.id)

    async def row(self, who: str, by: str = "") -> ReviewRow:
        """The row of this person that they have by this group or grant; their only one if none is named."""
        (found,) = [one for one in await self.rows() if one.person_id == who and by in {"", one.by}]
        return found

    async def tells(self, who: Colleague, row: ReviewRow, verdict: Verdict, note: str = "") -> Outcome:
        done = await self.decides(who, Told(row.id, row.version, verdict, note))
        ((outcome, _),) = done.items()
        return outcome

    async def decides(self, who: Colleague, *told: Told) -> Counter[Outcome]:
        return await self.reviews.decide(who.session, self.review.id, told)

    async def undoes(self, who: Colleague, row: ReviewRow) -> Outcome:
        return await self.reviews.undo(who.session, self.review.id, row.id, row.version)


async def begun(harbor: AtHarbor, name: str = "customers") -> UnderReview:
    reviews = harbor.house.limen.core.offers.take(Reviews)
    return UnderReview(harbor, await reviews.start(name, ""))


async def set_groups(harbor: AtHarbor, who: Colleague, *groups: str) -> None:
    """What an administrator does to somebody's groups."""
    await harbor.house.limen.identity.people.set_groups(who.id, groups, by="")
