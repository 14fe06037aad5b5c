"""Reviews against the whole product: begun, decided, undone, and closed by the clock."""

from __future__ import annotations

import pytest
from tests.access.at_harbor import AtHarbor, Colleague
from tests.access.reviews.harbor_reviews import begun

from limen.access.reviews.errors import NotDoneError, UnknownReviewError
from limen.access.reviews.judging import Told
from limen.access.reviews.model import Effect, Outcome, Verdict, Way
from limen.access.reviews.services import Reviews
from limen.clock import DAY, from_iso


@pytest.fixture
async def greta(harbor: AtHarbor) -> Colleague:
    return await harbor.colleague("Greta", "staff", "sales")


async def test_rows_say_how_somebody_has_access_and_who_may_decide(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague, greta: Colleague
) -> None:
    grant = await farid.approves(await oscar.asks())
    assert grant is not None
    under = await begun(harbor)
    rows = {(one.person_id, one.way): one for one in await under.rows()}
    assert set(rows) == {(oscar.id, Way.GRANT), (farid.id, Way.GROUP), (greta.id, Way.GROUP)}
    group, given = rows[farid.id, Way.GROUP], rows[oscar.id, Way.GRANT]
    assert (group.by, group.actions, group.reviewers) == ("sales", ("view", "download", "edit", "share"), (greta.id,))
    assert (given.by, given.actions, given.got_by, given.got_at) == (grant.id, ("view",), farid.id, grant.since)
    assert set(given.reviewers) == {farid.id, greta.id}
    assert [one.details["rows"] for one in harbor.events("review.started")] == [3]


async def test_what_is_removed_is_gone_at_once_and_comes_back_by_undoing_it(
    harbor: AtHarbor, farid: Colleague, greta: Colleague
) -> None:
    under = await begun(harbor)
    assert greta.opens()
    assert await under.tells(farid, await under.row(greta.id), Verdict.REMOVE, "warehouse now") is Outcome.DONE
    row = await under.row(greta.id)
    assert (row.effect, row.decided_by, row.note) == (Effect.REMOVED, farid.id, "warehouse now")
    assert not greta.opens()
    assert harbor.house.limen.known.people[greta.id].groups == {"staff"}
    (said,) = harbor.events("review.removed")
    assert (said.actor, said.subject, said.details["by"]) == (farid.id, greta.id, "sales")
    assert "warehouse" not in str(said)
    assert await under.undoes(farid, row) is Outcome.DONE
    assert greta.opens()
    assert (await under.row(greta.id)).verdict is Verdict.OPEN
    assert len(harbor.events("review.undone")) == 1


async def test_a_grant_is_ended_and_given_back_for_what_is_left_of_its_time(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    grant = await farid.approves(await oscar.asks("crm", "view", "edit"))
    assert grant is not None
    under = await begun(harbor)
    assert await under.tells(farid, await under.row(oscar.id), Verdict.REMOVE) is Outcome.DONE
    assert not oscar.opens()
    assert await under.undoes(farid, await under.row(oscar.id)) is Outcome.DONE
    assert oscar.opens()
    assert oscar.decision().valid_until == grant.until
    harbor.house.clock.forward(grant.until - harbor.house.clock.now())
    assert not oscar.opens()


async def test_a_grant_is_narrowed_to_what_was_used(harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    await farid.approves(await oscar.asks("crm", "view", "edit"))
    under = await begun(harbor)
    row = await under.row(oscar.id)
    assert row.used_actions == ()
    narrow = Told(row.id, row.version, Verdict.NARROW, narrow_to=("view",))
    assert (await under.decides(farid, narrow))[Outcome.DONE] == 1
    grants = harbor.house.limen.known.grants
    assert [one.actions for one in grants.get(oscar.id) or ()] == [{"view"}]
    assert await under.undoes(farid, await under.row(oscar.id)) is Outcome.DONE
    assert [one.actions for one in grants.get(oscar.id) or ()] == [{"view", "edit"}]


async def test_a_question_leaves_a_row_open_and_is_mailed(harbor: AtHarbor, farid: Colleague, greta: Colleague) -> None:
    under = await begun(harbor)
    assert await under.tells(farid, await under.row(greta.id), Verdict.ASK) is Outcome.DONE
    row = await under.row(greta.id)
    assert not row.is_decided
    assert await under.tells(farid, row, Verdict.KEEP) is Outcome.DONE
    assert greta.opens()


async def test_at_the_end_what_nobody_decided_is_kept_or_removed_by_rule_and_label(
    harbor: AtHarbor, farid: Colleague, greta: Colleague
) -> None:
    maren = await harbor.colleague("Maren", "staff", "finance")
    kept, restricted = await begun(harbor), await begun(harbor, "restricted-apps")
    assert maren.opens("payroll")
    harbor.house.clock.forward(14 * DAY)
    await restricted.reviews.follow_calendar()
    assert "finance" not in harbor.house.limen.known.people[maren.id].groups
    assert {one.effect for one in await restricted.rows() if one.person_id == maren.id} <= {
        Effect.REMOVED,
        Effect.GONE,
        Effect.PROPOSED,
    }
    assert (await kept.reviews.review(kept.review.id)).closed_at == 0
    harbor.house.clock.forward(7 * DAY)
    await kept.reviews.follow_calendar()
    assert (await kept.reviews.review(kept.review.id)).closed_at > 0
    assert {one.verdict for one in await kept.rows()} == {Verdict.KEEP}
    assert "sales" in harbor.house.limen.known.people[greta.id].groups
    assert {one.details["name"] for one in harbor.events("review.closed")} == {"customers", "restricted-apps"}


async def test_the_last_administrator_stays_whatever_the_default(harbor: AtHarbor) -> None:
    ada = await harbor.administrator()
    under = await begun(harbor, "restricted-apps")
    harbor.house.clock.forward(14 * DAY)
    await under.reviews.follow_calendar()
    row = await under.row(ada.id, "administrators")
    assert (row.app, row.effect) == ("limen", Effect.BLOCKED)
    assert "administrators" in harbor.house.limen.known.people[ada.id].groups


async def test_the_calendar_begins_each_review_once_reminds_and_hands_over(harbor: AtHarbor, farid: Colleague) -> None:
    ines = await harbor.colleague("Ines", "staff", "management")
    await harbor.colleague("Maren", "staff", "finance")
    reviews, clock = harbor.house.limen.core.offers.take(Reviews), harbor.house.clock
    assert await reviews.reviews() == []
    clock.forward(from_iso("2027-01-04T08:00:00Z") - clock.now())
    await reviews.follow_calendar()
    await reviews.follow_calendar()
    ((review, far),) = await reviews.reviews()
    assert (review.name, review.slot) == ("restricted-apps", from_iso("2027-01-04T00:00:00Z"))
    assert far.rows == len(await reviews.rows(review.id))
    of_maren = [one for one in await reviews.rows(review.id) if one.app == "payroll" and one.person_id != ines.id]
    assert all(ines.id not in one.may_be_decided_by(review, clock.now()) for one in of_maren)
    clock.forward(7 * DAY)
    assert all(ines.id in one.may_be_decided_by(review, clock.now()) for one in of_maren)
    await reviews.follow_calendar()
    await reviews.follow_calendar()
    assert len(harbor.events("review.escalated")) == 1
    clock.forward(5 * DAY)
    await reviews.follow_calendar()
    assert 0 <= clock.now() - (await reviews.review(review.id)).reminded_at < DAY


async def test_a_review_is_closed_early_only_when_everything_is_decided(
    harbor: AtHarbor, farid: Colleague, greta: Colleague
) -> None:
    ada = await harbor.administrator()
    under = await begun(harbor)
    with pytest.raises(NotDoneError):
        await under.reviews.close(ada.session, under.review.id)
    await under.tells(farid, await under.row(greta.id), Verdict.KEEP)
    await under.tells(greta, await under.row(farid.id), Verdict.KEEP)
    await under.reviews.close(ada.session, under.review.id)
    assert await under.undoes(farid, await under.row(greta.id)) is Outcome.CLOSED
    (said,) = harbor.events("review.closed")
    assert (said.details["decided"], said.actor) == (2, ada.id)


async def test_who_put_somebody_into_a_group_is_told(harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    ada = await harbor.administrator()
    await harbor.house.limen.identity.people.set_groups(oscar.id, ["staff", "sales"], by=ada.id)
    await harbor.house.limen.journal.settled()
    under = await begun(harbor)
    row = await under.row(oscar.id)
    (joined,) = [one for one in harbor.events("person.changed") if one.details.get("joined") == "sales"]
    assert (row.got_by, row.got_at) == (ada.id, joined.at)


async def test_what_is_unknown_is_said_so(harbor: AtHarbor, farid: Colleague) -> None:
    reviews = harbor.house.limen.core.offers.take(Reviews)
    one = Told("rr_0", 1, Verdict.KEEP)
    for work in (reviews.start("nothing", ""), reviews.review("rv_0"), reviews.decide(farid.session, "rv_0", [one])):
        with pytest.raises(UnknownReviewError):
            await work
    under = await begun(harbor)
    assert await under.decides(farid, one) == {Outcome.UNKNOWN: 1}
