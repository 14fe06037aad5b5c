"""What follows from a verdict: where policies give access it is proposed, and some groups are not emptied."""

from __future__ import annotations

from tests.access.at_harbor import AtHarbor, Colleague
from tests.access.reviews.harbor_reviews import UnderReview
from tests.policy.scene import engine_of

from limen.access.reviews.judging import Told
from limen.access.reviews.model import Effect, Outcome, Verdict, Way
from limen.access.reviews.reach import Reach
from limen.access.reviews.services import Reviews
from limen.facts.access_rules import AccessRules, Approvers, ReviewRule
from limen.identity.sources import store
from limen.identity.sources.model import PeopleSources, Source, SourceKind, SourcePerson


async def test_what_a_policy_gives_to_many_is_proposed_and_stays(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    rule = ReviewRule(name="all", reviewers=Approvers(("sales",)))
    harbor.house.limen.known.set_rules(AccessRules, AccessRules((), (rule,)))
    core, of_harbor = harbor.house.limen.core, harbor.house.limen.core.offers.take(Reviews)
    everybody = engine_of('@id("all") permit (principal, action, resource);')
    of_harbor._reach = (core.engine(), Reach(everybody, core.clock.now()))  # Harbor has no such policy
    reviews = UnderReview(harbor, await of_harbor.start("all", ""))
    wide = [one for one in await reviews.rows() if one.person_id == oscar.id and one.way is Way.POLICY]
    assert wide
    assert await reviews.tells(farid, wide[0], Verdict.REMOVE) is Outcome.DONE
    (row,) = [one for one in await reviews.rows() if one.id == wide[0].id]
    assert (row.verdict, row.effect, row.is_decided) == (Verdict.REMOVE, Effect.PROPOSED, True)
    assert await reviews.undoes(farid, row) is Outcome.DONE


async def test_a_group_s_row_is_narrowed_by_a_draft_alone(harbor: AtHarbor, farid: Colleague) -> None:
    greta = await harbor.colleague("Greta", "staff", "sales")
    rule = ReviewRule(name="all", reviewers=Approvers(("sales",)), apps=("crm",))
    harbor.house.limen.known.set_rules(AccessRules, AccessRules((), (rule,)))
    reviews = UnderReview(harbor, await harbor.house.limen.core.offers.take(Reviews).start("all", ""))
    row = await reviews.row(greta.id)
    told = Told(row.id, row.version, Verdict.NARROW, narrow_to=("view",))
    assert (await reviews.decides(farid, told))[Outcome.DONE] == 1
    now = await reviews.row(greta.id)
    assert (now.effect, now.restores) == (Effect.PROPOSED, "view")
    assert greta.opens()


async def test_break_glass_is_emptied_by_no_reviewer_but_an_administrator(harbor: AtHarbor, farid: Colleague) -> None:
    ada = await harbor.administrator()
    eva, nora = [await harbor.colleague(name, "break-glass") for name in ("Eva", "Nora")]
    rule = ReviewRule(name="all", reviewers=Approvers(("sales", "administrators")), groups=("break-glass",))
    harbor.house.limen.known.set_rules(AccessRules, AccessRules((), (rule,)))
    reviews = UnderReview(harbor, await harbor.house.limen.core.offers.take(Reviews).start("all", ""))
    people = harbor.house.limen.known.people
    assert await reviews.tells(farid, await reviews.row(eva.id), Verdict.REMOVE) is Outcome.DONE
    assert ((await reviews.row(eva.id)).effect, people[eva.id].groups) == (Effect.PROPOSED, {"break-glass"})
    assert await reviews.tells(ada, await reviews.row(nora.id), Verdict.REMOVE) is Outcome.DONE
    assert ((await reviews.row(nora.id)).effect, people[nora.id].groups) == (Effect.REMOVED, set())


async def test_a_group_that_a_source_gives_is_taken_away_by_a_draft(harbor: AtHarbor, farid: Colleague) -> None:
    greta, oscar = [await harbor.colleague(name, "sales") for name in ("Greta", "Otto")]
    limen = harbor.house.limen
    rule = ReviewRule(name="all", reviewers=Approvers(("sales",)), apps=("crm",))
    limen.known.set_rules(AccessRules, AccessRules((), (rule,)))
    source = Source(id="hr", kind=SourceKind.SCIM, title="HR", groups={"Sales": frozenset({"sales"})})
    limen.known.set_rules(PeopleSources, PeopleSources((source,)))
    said = SourcePerson("7", "greta@harbor.example", "Greta", groups=frozenset({"Sales"}))
    limen.database.write(lambda t: store.save(t.connection, store.Record("hr", "7", said, greta.id)))
    reviews = UnderReview(harbor, await limen.core.offers.take(Reviews).start("all", ""))
    for who, effect in ((greta, Effect.PROPOSED), (oscar, Effect.REMOVED)):
        assert await reviews.tells(farid, await reviews.row(who.id), Verdict.REMOVE) is Outcome.DONE
        assert (await reviews.row(who.id)).effect == effect
    assert "sales" in limen.known.people[greta.id].groups
