"""What a real SCIM server has, held against what it should have."""

from __future__ import annotations

import pytest
from tests.scim_app import Answer, Asked, refusal, saying
from tests.sso.provisioning.at_wiki import WIKI, AtWiki

from limen.clock import DAY, HOUR
from limen.connectors.scim.users import SentUser
from limen.sso.provisioning import administering
from limen.sso.provisioning.delivery import LOOK_AGAIN
from limen.sso.provisioning.model import State
from limen.sso.provisioning.reconciling import Reconciling

pytestmark = pytest.mark.slow


async def kinds(wiki: AtWiki) -> list[tuple[str, str]]:
    await wiki.compared()
    return [(one.kind.value, one.user_name.removesuffix("@harbor.example")) for one in wiki.differences()]


async def test_what_is_as_it_should_be_is_not_a_difference(wiki: AtWiki) -> None:
    ids = await wiki.staff("oscar", "ida")
    await wiki.sent()
    await wiki.let_go(ids[0])
    await wiki.sent()
    assert await kinds(wiki) == []
    assert (wiki.state().done_at > 0, wiki.state().error) == (True, "")


async def test_what_somebody_changed_there_is_changed_back_and_who_was_taken_out_stays_out(wiki: AtWiki) -> None:
    await wiki.staff("oscar", "ida", "nora")
    await wiki.sent()
    there = wiki.there.users
    there["oscar@harbor.example"].display_name = "Mallory"
    there["ida@harbor.example"].active = False
    wiki.there.storage.delete(wiki.there.kind_of_users, there["nora@harbor.example"].id)
    assert await kinds(wiki) == [("off", "ida"), ("changed", "oscar"), ("missing", "nora")]
    await wiki.sent(LOOK_AGAIN)
    assert (wiki.active(), wiki.there.users["oscar@harbor.example"].display_name) == ({"oscar", "nora"}, "Oscar Lind")
    assert await kinds(wiki) == [("off", "ida")]
    core = wiki.house.limen.core
    remote_id = wiki.differences()[0].remote_id
    await core.write(lambda t: administering.reactivate(t, WIKI, remote_id, core.clock.now(), by=""))
    await wiki.sent(LOOK_AGAIN)
    assert wiki.active() == {"oscar", "ida", "nora"}


async def test_a_leaver_who_is_active_again_is_an_alarm_and_deactivated_anew(wiki: AtWiki) -> None:
    (oscar,) = await wiki.staff("oscar")
    await wiki.sent()
    await wiki.let_go(oscar)
    await wiki.sent()
    wiki.there.users["oscar@harbor.example"].active = True
    assert await kinds(wiki) == [("back", "oscar")]
    await wiki.sent(LOOK_AGAIN)
    assert (wiki.active(), wiki.said("back")) == (set(), [("back", oscar)])


async def test_accounts_of_nobody_are_listed_claimed_and_deactivated(wiki: AtWiki) -> None:
    core = wiki.house.limen.core
    wiki.there.add(SentUser("", "oscar@harbor.example"))
    wiki.there.add(SentUser("", "old-intern"))
    wiki.there.add(SentUser("pa_of_another", "backup-robot"))
    (oscar,) = await wiki.staff("oscar")
    await wiki.sent()
    assert await kinds(wiki) == [("stranger", "backup-robot"), ("stranger", "old-intern"), ("stranger", "oscar")]
    whose = {one.user_name: one.person_id for one in wiki.differences()}
    assert whose["oscar@harbor.example"] == oscar
    assert wiki.said("stranger_found") == [("stranger_found", "")]
    await wiki.compared()
    assert wiki.said("stranger_found") == [("stranger_found", "")]
    ids = {one.user_name: one.remote_id for one in wiki.differences()}
    provision = core.known.apps[WIKI].provision
    assert provision is not None
    person = core.known.people[oscar]
    remote, now = ids["oscar@harbor.example"], core.clock.now()
    await core.write(
        lambda t: administering.link(t, WIKI, provision, remote, person, now, by="pe_ada", today="2026-11-24")
    )
    await core.write(lambda t: administering.deactivate(t, WIKI, ids["old-intern"], now, by="pe_ada"))
    await wiki.sent(LOOK_AGAIN)
    linked = wiki.there.users["oscar@harbor.example"]
    assert (linked.external_id, linked.display_name) == (wiki.accounts()["oscar@harbor.example"].id, "Oscar Lind")
    assert wiki.there.users["old-intern"].active is False
    assert wiki.there.users["backup-robot"].active
    assert [one.state for one in wiki.accounts().values()] == [State.ACTIVE]
    await wiki.compared()
    assert {one.user_name for one in wiki.differences()} == {"old-intern", "backup-robot"}


async def test_an_app_that_hides_its_accounts_is_not_filled_anew(wiki: AtWiki) -> None:
    await wiki.staff(*(f"p{number}" for number in range(8)))
    await wiki.sent()
    empty = saying({"totalResults": 0, "Resources": []})
    wiki.there.faults.append(lambda asked: empty if asked.method == "GET" else None)
    assert (await kinds(wiki), wiki.state().error != "") == ([], True)
    one = next(iter(wiki.there.users.values()))
    some = saying({"totalResults": 1, "Resources": [one.model_dump()]})
    wiki.there.faults[:] = [lambda asked: some if asked.method == "GET" else None]
    await wiki.compared()
    assert (len(wiki.differences()), wiki.state().stopped) == (7, 7)
    assert wiki.said("stopped") == [("stopped", "")]
    posts = len(wiki.there.lines("POST"))
    await wiki.sent(LOOK_AGAIN)
    assert len(wiki.there.lines("POST")) == posts
    wiki.there.faults.clear()
    await wiki.compared()
    assert (wiki.differences(), wiki.state().stopped) == ([], 0)


async def test_what_is_gone_there_is_made_again_after_a_word(wiki: AtWiki) -> None:
    await wiki.staff(*(f"p{number}" for number in range(8)))
    await wiki.sent()
    for one in list(wiki.there.users.values())[:7]:
        wiki.there.storage.delete(wiki.there.kind_of_users, one.id)
    await wiki.compared()
    await wiki.sent(LOOK_AGAIN)
    assert len(wiki.active()) == 1
    core = wiki.house.limen.core
    await core.write(lambda t: administering.go_on(t, WIKI, core.clock.now(), by=""))
    await wiki.compared()
    await wiki.sent(LOOK_AGAIN)
    assert (len(wiki.active()), wiki.state().may_go_on) == (8, False)


async def test_once_a_day_and_within_the_hour_where_it_failed(wiki: AtWiki) -> None:
    reconciling = wiki.house.limen.core.offers.take(Reconciling)

    async def lists(after: int) -> int:
        """How many were asked for by now, also by Limen's own turn, which comes when it likes."""
        wiki.house.clock.forward(after)
        await reconciling.reconcile_due()
        return len(wiki.there.lines("GET"))

    assert [await lists(0), await lists(HOUR), await lists(DAY - HOUR)] == [1, 1, 2]
    wiki.there.of_next(1, refusal(503))
    assert [await lists(DAY), await lists(HOUR), await lists(HOUR)] == [3, 4, 4]


async def test_what_the_app_does_not_keep_is_no_difference_each_day(wiki: AtWiki) -> None:
    """An app that knows no display names: it is told once, and then left alone."""
    (oscar,) = await wiki.staff("oscar")
    await wiki.sent()

    def forgets(asked: Asked) -> Answer | None:
        wiki.there.users["oscar@harbor.example"].display_name = None
        wiki.there.users["oscar@harbor.example"].name = None
        return None

    wiki.there.faults.append(forgets)
    assert await kinds(wiki) == [("changed", "oscar")]
    await wiki.sent(LOOK_AGAIN)
    assert wiki.accounts()["oscar@harbor.example"].ignored == "displayName"
    assert await kinds(wiki) == []
    await wiki.house.limen.identity.people.rename(oscar, "Oscar Berg", by="")
    await wiki.sent()
    assert "Oscar Berg" in wiki.there.asked[-2].body.decode()
