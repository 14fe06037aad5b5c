"""What happens by itself: what the playbooks say, only for what is proven, only so often, never to the way back in."""

from __future__ import annotations

from typing import Any

import pytest
from tests.devices.laptops import Ida, devices_of
from tests.devices.software_agent import SoftwareAgent
from tests.monitor.over_harbor import about, decided, hit, risk_of, session_of, the_case
from tests.web.conftest import House

from limen.clock import HOUR
from limen.devices.model import State
from limen.monitor.alerts.intake import AlertIntake
from limen.monitor.alerts.service import Alerts
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.response import playbooks
from limen.monitor.response.actions import AGAIN_AFTER
from limen.monitor.response.model import Doing
from limen.monitor.response.playbooks import OF_ONE_AN_HOUR, Playbooks
from limen.monitor.response.rules import Playbook


def playbook(does: Doing, **more: Any) -> Playbook:
    return Playbook(**{"name": "go", "does": does, "lasts_ms": HOUR, **more})


async def take(house: House, books: Playbook | tuple[Playbook, ...], *hits: Hit) -> None:
    risk_of(house).heard()
    actions = house.limen.core.offers.take(Alerts).actions
    respond = Playbooks(actions, lambda: books if isinstance(books, tuple) else (books,)).respond
    intake = AlertIntake(house.limen.core, lambda source: source == "limen", respond, lambda *_: None)
    await intake.take(hits)


async def test_a_stolen_session_ends_by_itself(harbor: House, ida: Ida) -> None:
    session = session_of(harbor, ida.id)
    found = hit(harbor, entity=f"session:{session}", session=session, response="go", confidence=80)
    await take(harbor, playbook(Doing.END_SESSIONS), found)
    assert await decided(harbor, ida.id) == "ended"
    case = await the_case(harbor)
    (done,) = case.responses
    assert (done.by, done.playbook, done.subject_id) == ("", "go", session)


async def test_whose_session_ends_is_asked_for_a_passkey_too(harbor: House, ida: Ida) -> None:
    session = session_of(harbor, ida.id)
    books = playbook(Doing.END_SESSIONS), playbook(Doing.STEP_UP, name="ask"), playbook(Doing.QUARANTINE, name="hold")
    found = about(ida.id, entity=f"session:{session}", session=session, response="go", confidence=80)
    await take(harbor, books, hit(harbor, **found))
    case = await the_case(harbor)
    assert {(one.kind, one.subject_id) for one in case.responses} == {
        (Doing.END_SESSIONS, session),
        (Doing.STEP_UP, ida.id),
    }


async def test_a_device_is_quarantined_by_itself_and_comes_back(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    found = hit(harbor, entity=f"device:{laptop.device}", device_id=laptop.device, response="go", confidence=80)
    await take(harbor, playbook(Doing.QUARANTINE), found)
    assert laptop.device not in harbor.limen.known.devices
    harbor.clock.forward(HOUR)
    await harbor.limen.core.offers.take(Alerts).run_out()
    assert laptop.device in harbor.limen.known.devices


async def test_only_what_is_asked_for_bad_enough_sure_and_proven(harbor: House, ida: Ida) -> None:
    never = (
        hit(harbor, 1, **about(ida.id, response="other")),
        hit(harbor, 2, rule="b", **about(ida.id, response="go", level=Level.MEDIUM)),
        hit(harbor, 3, rule="c", **about(ida.id, response="go", confidence=69)),
        hit(harbor, 4, rule="d", **about(ida.id, response="go", sources=("limen", "firewall"))),
        hit(harbor, 5, rule="e", **about(ida.id, response="go", sources=())),
    )
    await take(harbor, playbook(Doing.END_SESSIONS), *never)
    assert (await the_case(harbor)).responses == ()
    await take(harbor, playbook(Doing.END_SESSIONS, rules=("f",)), hit(harbor, 6, rule="f", **about(ida.id)))
    assert len((await the_case(harbor)).responses) == 1


async def test_so_many_times_an_hour_and_no_more(harbor: House) -> None:
    people = [await harbor.member(harbor.browser(), name, "staff") for name in ("Ben", "Cleo", "Dana", "Eli")]
    found = [hit(harbor, n, **about(each, response="go")) for n, each in enumerate(people)]
    await take(harbor, playbook(Doing.DISABLE, most_an_hour=2), *found)
    assert sum(not harbor.limen.known.people[each].active for each in people) == 2
    assert [one.reason for one in harbor.events("response.spared")] == ["limit", "limit"]


async def test_accounts_that_open_little_use_up_nothing_of_those_that_open_much(harbor: House) -> None:
    """A thief has findings made about accounts they don't need, so that the one they need is spared."""
    cheap = [await harbor.member(harbor.browser(), name, "contractors") for name in ("Ben", "Cleo", "Dana", "Eli")]
    real = [
        await harbor.member(harbor.browser(), "Finn", "staff", "finance"),
        await harbor.member(harbor.browser(), "Gus", "staff"),
    ]
    book = playbook(Doing.DISABLE, most_an_hour=2)
    for number, each in enumerate((*cheap, *real)):
        await take(harbor, book, hit(harbor, number, **about(each, response="go")))
    active = [harbor.limen.known.people[each].active for each in (*cheap, *real)]
    assert active == [False, False, True, True, False, False]


async def test_the_reserve_is_small(harbor: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playbooks, "RESERVE", 1)
    people = [await harbor.member(harbor.browser(), f"Ben{group}", group) for group in ("a", "b", "c")]
    for number, each in enumerate(people):
        await take(harbor, playbook(Doing.DISABLE, most_an_hour=1), hit(harbor, number, **about(each, response="go")))
    assert [harbor.limen.known.people[each].active for each in people] == [False, False, True]


async def test_what_is_done_to_one_again_takes_nothing_from_others(harbor: House, ida: Ida) -> None:
    ben = await harbor.member(harbor.browser(), "Ben", "staff")
    book = playbook(Doing.END_SESSIONS, most_an_hour=2)
    for number in range(4):
        await take(harbor, book, hit(harbor, number, rule=str(number), **about(ida.id, response="go")))
        harbor.clock.forward(AGAIN_AFTER + 1)
    await take(harbor, book, hit(harbor, 9, **about(ben, response="go")))
    done = sorted(one.subject for one in harbor.events("response.done"))
    assert done == sorted([*[ida.id] * OF_ONE_AN_HOUR, ben])


async def test_people_are_told_at_once_what_was_left_to_them(
    harbor: House, ida: Ida, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playbooks, "RESERVE", 0)
    ben = await harbor.member(harbor.browser(), "Ben", "staff")
    told: list[str] = []
    actions = harbor.limen.core.offers.take(Alerts).actions
    book = playbook(Doing.DISABLE, most_an_hour=1)
    respond = Playbooks(actions, lambda: (book,), lambda _t, folded, _now: told.append(folded.alert.person_id)).respond
    intake = AlertIntake(harbor.limen.core, lambda _: True, respond, lambda *_: None)
    await intake.take([hit(harbor, 1, **about(ida.id, response="go"))])
    await intake.take([hit(harbor, 2, **about(ben))])  # an alert that asks for nothing
    for number in (3, 4):
        await intake.take([hit(harbor, number, **about(ben, response="go"))])
    assert (told, len(harbor.events("response.spared"))) == ([ben], 1)


async def test_who_breaks_glass_is_left_alone(harbor: House, ada: Ida) -> None:
    people = harbor.limen.identity.people
    safe = await harbor.member(harbor.browser(), "Safe")
    await people.set_groups(safe, {"break-glass"}, by=ada.id)
    for number, does in enumerate((Doing.DISABLE, Doing.END_SESSIONS, Doing.STEP_UP)):
        await take(harbor, playbook(does), hit(harbor, number, rule=str(number), **about(safe, response="go")))
    assert harbor.limen.known.people[safe].active
    assert not harbor.events("response.done")
    assert {one.reason for one in harbor.events("response.spared")} == {"NothingToDoError"}


async def test_the_last_administrator_is_left_alone(harbor: House, ada: Ida) -> None:
    await take(harbor, playbook(Doing.DISABLE), hit(harbor, **about(ada.id, response="go")))
    assert harbor.limen.known.people[ada.id].active
    (said,) = harbor.events("response.spared")
    assert said.reason == "LastAdministratorError"
    await take(harbor, playbook(Doing.DISABLE), hit(harbor, 2, **about(ada.id, response="go")))  # nothing hangs


async def test_it_is_done_once_for_a_flood(harbor: House, ida: Ida) -> None:
    several = [hit(harbor, n, **about(ida.id, response="go")) for n in range(50)]
    await take(harbor, playbook(Doing.END_SESSIONS), *several)
    assert len(harbor.events("response.done")) == 1


async def test_it_suspends_again_whom_an_administrator_reactivated(harbor: House, ida: Ida, ada: Ida) -> None:
    book, asks = playbook(Doing.DISABLE), about(ida.id, response="go")
    await take(harbor, book, hit(harbor, 1, **asks), hit(harbor, 2, rule="other", **asks))
    assert len(harbor.events("response.done")) == 1
    await harbor.limen.identity.people.reactivate(ida.id, by=ada.id)
    await take(harbor, book, hit(harbor, 3, rule="fresh", **asks))
    assert (harbor.limen.known.people[ida.id].active, len(harbor.events("response.done"))) == (False, 2)


async def test_what_the_same_alert_finds_late_takes_nothing_back_from_an_administrator(
    harbor: House, ida: Ida, ada: Ida
) -> None:
    book, asks = playbook(Doing.DISABLE), about(ida.id, response="go")
    late = hit(harbor, 2, **asks)
    await take(harbor, book, hit(harbor, 1, **asks))
    await harbor.limen.identity.people.reactivate(ida.id, by=ada.id)
    await take(harbor, book, hit(harbor, 3, **asks))
    harbor.clock.forward(AGAIN_AFTER + 1)
    await take(harbor, book, late)
    assert harbor.limen.known.people[ida.id].active
    await take(harbor, book, hit(harbor, 4, **asks))
    assert not harbor.limen.known.people[ida.id].active


async def test_a_device_that_an_administrator_released_is_quarantined_for_a_fresh_alert(
    harbor: House, ida: Ida, ada: Ida, laptop: SoftwareAgent
) -> None:
    book = playbook(Doing.QUARANTINE)
    asks = {"entity": f"device:{laptop.device}", "device_id": laptop.device, "response": "go"}
    await take(harbor, book, hit(harbor, 1, **asks), hit(harbor, 2, rule="other", **asks))
    assert (len(harbor.events("response.done")), harbor.events("response.spared")) == (1, [])
    await devices_of(harbor).change(laptop.device, State.ACTIVE, by=ada.id)
    await take(harbor, book, hit(harbor, 3, **asks))
    assert laptop.device in harbor.limen.known.devices
    await take(harbor, book, hit(harbor, 4, rule="fresh", **asks))
    assert laptop.device not in harbor.limen.known.devices
    harbor.clock.forward(HOUR)
    await harbor.limen.core.offers.take(Alerts).run_out()
    assert laptop.device in harbor.limen.known.devices
