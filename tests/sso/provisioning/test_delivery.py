"""Accounts at a real SCIM server, from the first day to the last, whatever the server does meanwhile."""

from __future__ import annotations

import asyncio
import threading
from datetime import date, timedelta

import pytest
from tests.scim_app import Answer, Asked, refusal, saying
from tests.sso.provisioning.at_wiki import WIKI, AtWiki

from limen.clock import DAY, HOUR, MINUTE, SECOND
from limen.identity.membership import Membership
from limen.pillar import Provisioned
from limen.sso.provisioning import administering, store
from limen.sso.provisioning.delivery import CLAIMED_FOR, LOOK_AGAIN, Delivery
from limen.sso.provisioning.model import LONGEST_PAUSE_OF_LEAVERS, NEVER, State
from limen.sso.tries import PAUSES
from limen.storage import Transaction

pytestmark = pytest.mark.slow


async def test_who_comes_gets_an_account_and_who_leaves_is_deactivated_at_once(wiki: AtWiki) -> None:
    oscar = await wiki.person("Oscar")
    await wiki.person("Guest", "contractors")
    await wiki.sent()
    assert wiki.active() == {"oscar"}
    held = wiki.accounts()["oscar@harbor.example"]
    there = wiki.there.users["oscar@harbor.example"]
    assert (held.remote_id, held.state, there.external_id) == (there.id, State.ACTIVE, held.id)
    await wiki.let_go(oscar)
    assert wiki.accounts()["oscar@harbor.example"].state is State.LEAVING
    await wiki.sent()
    assert wiki.active() == set()
    gone = wiki.accounts()["oscar@harbor.example"]
    assert (gone.state, gone.off_at > 0, gone.left_at > 0, gone.due_at) == (State.INACTIVE, True, True, NEVER)
    assert wiki.said("created", "deactivated") == [("created", oscar), ("deactivated", oscar)]


async def test_the_proof_is_outstanding_from_the_very_transaction_until_the_app_shows_it(wiki: AtWiki) -> None:
    core = wiki.house.limen.core
    (oscar,) = await wiki.staff("oscar")
    await wiki.sent()
    wiki.there.of_next(99, refusal(503))

    def state() -> list[tuple[str, bool, bool]]:
        accounts = core.database.read(lambda s: core.offers.take(Provisioned).of(s, oscar))
        return [(one.app, one.is_outstanding, bool(one.off_at)) for one in accounts]

    assert state() == [(WIKI, False, False)]
    await wiki.let_go(oscar)
    assert state() == [(WIKI, True, False)]
    await wiki.sent()
    assert state() == [(WIKI, True, False)]
    wiki.there.faults.clear()
    await wiki.sent(MINUTE)
    assert state() == [(WIKI, False, True)]
    assert wiki.said("deactivation_failed", "deactivated") == [("deactivation_failed", oscar), ("deactivated", oscar)]


async def test_names_follow_groups_decide_and_who_comes_back_is_active_again(wiki: AtWiki) -> None:
    people = wiki.house.limen.identity.people
    (oscar,) = await wiki.staff("oscar")
    await wiki.sent()
    await people.rename(oscar, "Oscar Berg", by="")
    await wiki.sent()
    assert wiki.there.users["oscar@harbor.example"].display_name == "Oscar Berg"
    await wiki.into(oscar, "contractors")
    await wiki.sent()
    assert wiki.active() == set()
    await wiki.into(oscar, "staff")
    await wiki.sent()
    assert wiki.active() == {"oscar"}
    kinds = [kind for kind, _ in wiki.said()]
    assert kinds[1:] == ["created", "changed", "deactivated", "reactivated"]


async def test_an_erased_person_is_deactivated_though_nothing_says_whose_it_was(wiki: AtWiki) -> None:
    (oscar,) = await wiki.staff("oscar")
    await wiki.sent()
    core = wiki.house.limen.core
    await core.database.writing(lambda t: store.erase(t.connection, oscar, core.clock.now()))
    (held,) = wiki.accounts().values()
    assert (held.is_nobodys, held.user_name, held.state) == (True, "", State.LEAVING)
    core.known.people.drop(oscar)
    await wiki.sent(MINUTE)
    assert (wiki.active(), wiki.accounts()) == (set(), {})


async def test_leavers_wait_for_nothing_that_is_sent_of_others(wiki: AtWiki) -> None:
    """The app asks to be left alone for an hour while accounts are made; whoever leaves is deactivated all the same."""
    oscar, _ = await wiki.staff("oscar", "ida")
    await wiki.sent()
    wiki.there.of_next(1, refusal(429, retry_after="3600"), "POST")
    await wiki.staff("nora")
    await wiki.sent()
    before = len(wiki.there.asked)
    await wiki.let_go(oscar)
    await wiki.sent(MINUTE)
    assert wiki.active() == {"ida"}
    assert {one.method for one in wiki.there.asked[before:]} == {"GET", "PATCH"}
    await wiki.sent(HOUR)
    assert wiki.active() == {"ida", "nora"}
    assert [kind for kind, _ in wiki.said("failed", "back_again", "given_up")] == ["failed", "back_again"]


async def test_an_app_that_wants_no_leaver_for_a_day_is_asked_within_minutes(wiki: AtWiki) -> None:
    (oscar,) = await wiki.staff("oscar")
    await wiki.sent()
    wiki.there.of_next(1, refusal(429, retry_after="86400"))
    await wiki.let_go(oscar)
    await wiki.sent()
    assert wiki.active() == {"oscar"}
    await wiki.sent(LONGEST_PAUSE_OF_LEAVERS)
    assert wiki.active() == set()


async def test_an_address_that_knows_nobody_proves_nothing(wiki: AtWiki) -> None:
    """Everything is 404 there: that is no app whose account is gone, but a wrong address."""
    (oscar,) = await wiki.staff("oscar")
    await wiki.sent()
    wiki.there.of_next(99, refusal(404))
    await wiki.let_go(oscar)
    await wiki.sent()
    held = wiki.accounts()["oscar@harbor.example"]
    assert (held.state, held.off_at, wiki.said("deactivated")) == (State.LEAVING, 0, [])


async def test_who_is_suspended_has_no_account_for_so_long(wiki: AtWiki) -> None:
    core = wiki.house.limen.core
    oscar = await wiki.person("oscar")  # who has a way in, else resuming invites them anew
    await wiki.sent()
    wiki.there.of_next(99, refusal(503))
    await core.write(lambda t: Membership(t, core.clock.now(), "").suspend(oscar, "test"))
    await wiki.sent()
    (found,) = core.database.read(lambda s: core.offers.take(Provisioned).of(s, oscar))
    assert found.is_outstanding
    wiki.there.faults.clear()
    await wiki.sent(MINUTE)
    assert wiki.active() == set()
    await core.write(lambda t: Membership(t, core.clock.now(), "").resume(oscar, "test"))
    await wiki.sent()
    assert wiki.active() == {"oscar"}


async def test_a_slow_app_holds_up_no_leaver(wiki: AtWiki) -> None:
    oscar, _ = await wiki.staff("oscar", "ida")
    await wiki.sent()
    released = threading.Event()

    def slow(asked: Asked) -> Answer | None:
        if asked.method == "POST":
            released.wait(30)
        return None

    wiki.there.faults.append(slow)
    await wiki.staff("nora")
    await wiki.delivery.keep()
    await wiki.let_go(oscar)
    await wiki.delivery.keep()
    for _ in range(1_000):
        if is_over := wiki.active() == {"ida"}:
            break
        await asyncio.sleep(0.02)
    released.set()
    await wiki.delivery.settled()
    assert (is_over, wiki.active()) == (True, {"ida", "nora"})


async def test_an_app_that_says_it_did_and_did_not_is_not_believed(wiki: AtWiki) -> None:
    (oscar,) = await wiki.staff("oscar")
    await wiki.sent()

    def lies(asked: Asked) -> Answer | None:
        return saying({"id": "1", "active": False}) if asked.method in {"PATCH", "PUT"} else None

    wiki.there.faults.append(lies)
    await wiki.let_go(oscar)
    await wiki.sent()
    held = wiki.accounts()["oscar@harbor.example"]
    assert (held.state, held.failures, held.off_at) == (State.LEAVING, 1, 0)
    assert wiki.said("deactivation_failed", "deactivated") == [("deactivation_failed", oscar)]
    wiki.there.faults.clear()
    await wiki.sent(MINUTE)
    assert wiki.active() == set()


async def test_what_does_not_work_is_tried_again_and_given_up_with_an_alarm(wiki: AtWiki) -> None:
    (oscar,) = await wiki.staff("oscar")
    wiki.there.of_next(99, refusal(400), "POST")
    await wiki.sent()
    for pause in PAUSES:
        await wiki.sent(pause - SECOND)
        await wiki.sent(2 * SECOND)
    held = wiki.accounts()[oscar]
    assert (held.failures, held.due_at) == (len(PAUSES) + 1, NEVER)
    assert len(wiki.there.lines("POST")) == len(PAUSES) + 1
    assert wiki.said("given_up") == [("given_up", oscar)]
    wiki.there.faults.clear()
    await wiki.compared()
    await wiki.sent(LOOK_AGAIN)
    assert wiki.active() == {"oscar"}


async def test_what_was_cut_short_is_found_again_and_made_once(wiki: AtWiki) -> None:
    """The app made the account, and Limen ended before it heard so."""
    (oscar,) = await wiki.staff("oscar")
    await wiki.sent()
    held = wiki.accounts()["oscar@harbor.example"]
    core = wiki.house.limen.core

    def cut_short(transaction: object) -> None:
        from sqlalchemy import update

        until = core.clock.now() + CLAIMED_FOR
        values = {"state": State.CREATING.value, "remote_id": "", "sent": "", "due_at": until, "busy_until": until}
        transaction.connection.execute(update(store.provisioned_accounts).values(values))  # type: ignore[attr-defined]

    await core.database.writing(cut_short)
    await wiki.sent()
    assert wiki.accounts()[oscar if oscar in wiki.accounts() else "oscar@harbor.example"].remote_id == ""
    await wiki.sent(CLAIMED_FOR)
    assert wiki.accounts()["oscar@harbor.example"].remote_id == held.remote_id
    assert len(wiki.there.lines("POST")) == 1


async def test_somebody_who_leaves_while_their_account_is_made_has_none_in_the_end(wiki: AtWiki) -> None:
    asked_for, released = threading.Event(), threading.Event()

    def slow(asked: Asked) -> Answer | None:
        if asked.method == "POST":
            asked_for.set()
            released.wait(30)
        return None

    wiki.there.faults.append(slow)
    (oscar,) = await wiki.staff("oscar")
    await wiki.delivery.keep()
    await asyncio.to_thread(asked_for.wait, 30)
    await wiki.let_go(oscar)
    await wiki.delivery.keep()
    assert wiki.said("deactivated") == []
    released.set()
    await wiki.sent(SECOND)
    assert (wiki.active(), wiki.said("deactivated")) == (set(), [("deactivated", oscar)])


async def test_accounts_of_many_who_stay_wait_for_a_word(wiki: AtWiki) -> None:
    ids = await wiki.staff(*(f"p{number}" for number in range(8)))
    await wiki.sent()
    await wiki.into_at_once(ids[:6], "contractors")
    await wiki.sent()
    assert len(wiki.active()) == 8
    assert wiki.said("stopped", "deactivated") == [("stopped", "")]
    await wiki.let_go(ids[0])
    await wiki.sent()
    assert len(wiki.active()) == 7
    await wiki.into(ids[1], "staff")
    await wiki.sent()
    core = wiki.house.limen.core
    number = await core.write(lambda t: administering.go_on(t, WIKI, core.clock.now(), by="pe_ada"))
    await wiki.sent(MINUTE)
    assert (number, wiki.active()) == (4, {"p1", "p6", "p7"})


async def test_few_go_at_once_and_the_sixth_of_a_day_waits(wiki: AtWiki) -> None:
    ids = await wiki.staff(*(f"p{number}" for number in range(8)))
    await wiki.sent()
    for one in ids[:6]:
        await wiki.into(one, "contractors")
        await wiki.sent()
    assert wiki.active() == {"p5", "p6", "p7"}
    assert wiki.accounts()["p5@harbor.example"].state is State.ASKING


async def test_an_account_that_is_there_already_is_taken_over_by_nobody(wiki: AtWiki) -> None:
    from limen.connectors.scim.users import SentUser

    wiki.there.add(SentUser("", "oscar@harbor.example"))
    (oscar,) = await wiki.staff("oscar")
    await wiki.sent()
    assert (wiki.accounts()[oscar].state, wiki.accounts()[oscar].failures) == (State.CREATING, 1)
    assert wiki.there.users["oscar@harbor.example"].external_id is None


@pytest.mark.parametrize("word", ["no token", "wrong token"])
async def test_without_the_right_token_nothing_is_lost_and_leavers_are_an_alarm(wiki: AtWiki, word: str) -> None:
    (oscar,) = await wiki.staff("oscar")
    await wiki.sent()
    core = wiki.house.limen.core
    if word == "no token":
        await core.database.writing(lambda t: store.ASKED.forget(t.connection, WIKI))
    else:
        wiki.there.of_next(999, refusal(401))
    await wiki.let_go(oscar)
    await wiki.staff("ida")
    await wiki.sent()
    assert (wiki.active(), wiki.said("deactivation_failed")) == ({"oscar"}, [("deactivation_failed", oscar)])
    wiki.there.faults.clear()
    await wiki.connect()
    await wiki.sent(DAY)
    assert wiki.active() == {"ida"}


async def test_two_workers_at_one_database_make_each_account_once(wiki: AtWiki) -> None:
    from limen.sso.provisioning.apps import ProvisionedApps

    core = wiki.house.limen.core
    other = Delivery(core, core.offers.take(ProvisionedApps))
    await wiki.staff(*(f"p{number}" for number in range(12)))
    for _ in range(3):
        await asyncio.gather(wiki.delivery.keep(), other.keep())
        await asyncio.gather(wiki.delivery.settled(), other.settled())
    await other.close()
    assert (len(wiki.active()), len(wiki.there.lines("POST"))) == (12, 12)


async def test_an_account_opens_on_the_first_day_and_not_before(wiki: AtWiki) -> None:
    """As a source says of somebody who returns: back, and from which day on, in one transaction."""
    core, calendar = wiki.house.limen.core, wiki.house.limen.in_force.engine.calendar
    oscar, now = await wiki.person("oscar"), wiki.house.clock.now()
    await wiki.sent()
    await wiki.let_go(oscar)
    await wiki.sent(SECOND)
    first = calendar.day(now + 3 * DAY)

    def back(transaction: Transaction) -> None:
        members = Membership(transaction, now, "", source="hr")
        members.reactivate(oscar)
        members.set_first_day(oscar, date.fromisoformat(first))

    await core.write(back)
    await wiki.sent(SECOND)
    assert (core.known.people[oscar].active, wiki.active()) == (True, set())
    await wiki.sent(calendar.beginning(first) - wiki.house.clock.now() - SECOND)
    assert wiki.active() == set()
    await wiki.sent(SECOND)
    assert wiki.active() == {"oscar"}
    later = date.fromisoformat(first) + timedelta(days=9)
    await core.write(lambda t: Membership(t, now, "", source="hr").set_first_day(oscar, later))
    await wiki.sent(SECOND)
    assert wiki.active() == set()
