"""Deciding one row, in a transaction: what is refused first."""

from __future__ import annotations

from tests.access.at_harbor import AtHarbor, Colleague
from tests.access.reviews.harbor_reviews import UnderReview

from limen.access.reviews.model import Outcome, Verdict
from limen.access.reviews.services import Reviews
from limen.facts.access_rules import AccessRules, Approvers, ReviewRule


async def test_where_the_rule_is_gone_nobody_decides(harbor: AtHarbor, farid: Colleague) -> None:
    greta = await harbor.colleague("Greta", "staff", "sales")
    rule = ReviewRule(name="all", reviewers=Approvers(("sales",)), apps=("crm",))
    harbor.house.limen.known.set_rules(AccessRules, AccessRules((), (rule,)))
    reviews = UnderReview(harbor, await harbor.house.limen.core.offers.take(Reviews).start("all", ""))
    harbor.house.limen.known.set_rules(AccessRules, AccessRules())
    assert await reviews.tells(farid, await reviews.row(greta.id), Verdict.REMOVE) is Outcome.NOT_YOURS
    assert greta.opens()
