# ruff: noqa: F401, F811 -- fixtures are imported by name, and tests take them by the same name
"""Access that somebody tries to get without anybody else's consent, to keep for good, or past what ended it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from tests.access.at_harbor import WHY, AtHarbor, Colleague, farid, harbor, oscar
from tests.devices.laptops import devices_of, new_agent

from limen import credentials
from limen.access.errors import (
    AccessError,
    BorrowedPasskeyError,
    DecidedError,
    NotYoursError,
    SamePersonError,
    TooManyError,
    UsedUpError,
)
from limen.access.model import HeldGrant, RequestState
from limen.access.services import MOST_DECIDED
from limen.clock import HOUR, MINUTE
from limen.credentials import Cause, Ending
from limen.devices.model import State
from limen.mail import Mails, Message
from limen.pillar import PersonResponses
from limen.policy import Effect
from limen.storage import Database, Transaction
from limen.storage.errors import DatabaseGoneError


async def granted(asker: Colleague, approver: Colleague, hours: int = 2) -> HeldGrant:
    grant = await approver.approves(await asker.asks(lasts=hours * HOUR))
    assert grant is not None
    assert asker.opens()
    return grant


async def in_one_transaction(harbor: AtHarbor, work: Callable[[Transaction], Any]) -> Any:
    return await harbor.house.limen.core.write(work)


def reasons(harbor: AtHarbor) -> list[str]:
    return [one.reason for one in harbor.events("access.denied")]


# Approving one's own


async def test_nobody_approves_their_own_request(harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    greta = await harbor.colleague("Greta", "staff", "sales")
    request = await oscar.asks()
    with pytest.raises(SamePersonError):
        await oscar.approves(request)
    crm = await harbor.access.ask(greta.session, "crm", ("edit",), HOUR, WHY)
    assert greta.id not in crm.steps[0]
    with pytest.raises(SamePersonError):
        await greta.approves(crm)
    assert reasons(harbor) == ["same-person", "same-person"]
    assert not oscar.opens()


async def test_a_second_account_at_the_same_mailbox_approves_nothing(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    link = await harbor.house.limen.identity.people.invite(
        "Oscar Two", "Oscar+sales@harbor.example", ("staff", "sales"), by=""
    )
    browser = harbor.house.browser()
    assert (await browser.enrol(link)).status_code == 200
    twin = Colleague(harbor, link.link.person_id, browser)
    request = await oscar.asks()
    assert request.steps == ((farid.id,),)
    with pytest.raises(SamePersonError):
        await twin.approves(request)
    with pytest.raises(AccessError):
        await harbor.access.refuse(twin.session, request.id)
    assert not oscar.opens()


async def test_a_second_account_on_the_same_laptop_approves_nothing(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    laptop = new_agent(harbor.house)
    await laptop.enrol(await devices_of(harbor.house).token(oscar.id, by="server"))
    (device,) = devices_of(harbor.house).of(oscar.id)
    request = await oscar.asks()
    with pytest.raises(SamePersonError):  # whoever has both accounts sits at Oscar's laptop
        await harbor.access.approve(farid.on(device.id), request.id)
    await harbor.access.withdraw(oscar.session, request.id)
    again = await harbor.access.ask(oscar.on("d_lent"), "crm", ("view",), HOUR, WHY)
    with pytest.raises(SamePersonError):  # the very browser that it was asked in
        await harbor.access.approve(farid.on("d_lent"), again.id)
    assert reasons(harbor) == ["same-person", "same-person"]


@pytest.mark.parametrize("is_new", [True, False])
async def test_whoever_comes_into_the_group_after_the_request_approves_nothing(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague, *, is_new: bool
) -> None:
    greta = None if is_new else await harbor.colleague("Greta", "staff")
    request = await oscar.asks()
    if greta is None:
        greta = await harbor.colleague("Greta", "staff", "sales")
    else:
        await harbor.house.limen.identity.people.set_groups(greta.id, ("staff", "sales"), by="")
    with pytest.raises(NotYoursError):
        await greta.approves(request)
    assert await harbor.access.inbox(greta.id) == []
    assert reasons(harbor) == ["not-theirs"]
    assert not oscar.opens()


async def test_whoever_left_the_group_approves_nothing_any_more(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    request = await oscar.asks()
    await harbor.house.limen.identity.people.set_groups(farid.id, ("staff",), by="")
    with pytest.raises(NotYoursError):
        await farid.approves(request)
    await harbor.house.limen.identity.people.set_groups(farid.id, ("staff", "sales"), by="")
    assert await farid.approves(request) is not None


async def test_who_helps_the_owner_back_in_approves_nothing_as_them(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    """Hugo asks, issues Farid an access pass, uses it himself, adds one passkey more, and waits a day."""
    hugo = await harbor.colleague("Hugo", "staff", "helpdesk", "engineering")
    mine, people = await hugo.asks(), harbor.house.limen.identity.people
    link = await people.access_pass(farid.id, by=hugo.id, why="He sat before me.")
    thief = harbor.house.browser()
    assert (await thief.enrol(link)).status_code == 200
    as_farid = Colleague(harbor, farid.id, thief)
    with pytest.raises(BorrowedPasskeyError):
        await as_farid.approves(mine)
    with pytest.raises(BorrowedPasskeyError):
        await as_farid.approves(await oscar.asks())
    harbor.house.clock.forward(25 * HOUR)
    await as_farid.uses_passkey()
    with pytest.raises(BorrowedPasskeyError):
        await as_farid.approves(mine)
    await hugo.uses_passkey()
    assert not hugo.opens()
    assert reasons(harbor) == ["passkey-by-link"] * 3
    harbor.house.clock.forward(1)
    assert (await farid.browser.sign_in()).status_code == 200
    assert await farid.approves(mine) is not None  # by the passkey that he had before


async def test_who_tries_too_often_is_slowed_and_fills_no_journal(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    request = await oscar.asks("crm", "view")
    for _ in range(MOST_DECIDED):
        with pytest.raises(NotYoursError):
            await harbor.access.refuse(oscar.session, request.id)
    for deciding in (
        harbor.access.refuse(oscar.session, request.id),
        harbor.access.approve(oscar.session, request.id),
        harbor.access.withdraw(oscar.session, request.id),
    ):
        with pytest.raises(TooManyError):
            await deciding
    assert len(reasons(harbor)) == MOST_DECIDED
    harbor.house.clock.forward(MINUTE)
    await harbor.access.withdraw(oscar.session, request.id)


async def test_a_second_account_in_the_same_browser_approves_nothing(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    """Neither is on a device that is known; for a week one browser is one person."""
    greta_id = await harbor.house.member(oscar.browser, "Greta", "staff", "sales")
    greta = Colleague(harbor, greta_id, oscar.browser)
    again = await oscar.asks()
    assert greta.id in again.steps[0]
    with pytest.raises(SamePersonError):
        await greta.approves(again)
    assert reasons(harbor) == ["same-person"]
    assert await farid.approves(again) is not None


# Approving twice, and with somebody else's mail


async def test_a_replayed_or_raced_approval_grants_once(harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    request = await oscar.asks()
    done = await asyncio.gather(*(farid.approves(request) for _ in range(5)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["DecidedError"] * 4 + ["HeldGrant"]
    with pytest.raises(DecidedError):
        await farid.approves(request)
    assert len(await harbor.access.grants_of(oscar.id)) == 1
    assert len(harbor.events("access.granted")) == 1


async def test_one_approver_is_not_two_of_four_eyes(harbor: AtHarbor) -> None:
    sofia = await harbor.colleague("Sofia", "staff", "hr")
    maren = await harbor.colleague("Maren", "staff", "finance", "management")
    await harbor.colleague("Ines", "staff", "management")
    request = await sofia.asks("payroll", "view", why="Lucia is ill on the payday.", ticket="PAY-7")
    done = await asyncio.gather(*(maren.approves(request) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(one, AccessError) for one in done) == 3
    kept = await harbor.access.request(request.id)
    assert kept is not None
    assert (kept.state, kept.step) == (RequestState.OPEN, 1)


async def test_a_mail_that_is_passed_on_authorises_nobody(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails, put = list[Message](), Mails.put

    def seen(self: Mails, transaction: Transaction, message: Message, **more: Any) -> Any:
        mails.append(message)
        return put(self, transaction, message, **more)

    monkeypatch.setattr(Mails, "put", seen)
    words = "Click https://evil.example/approve <a href='https://evil.example'>now</a>"
    await harbor.access.ask(oscar.session, "crm", ("view",), HOUR, words)
    (told,) = [one for one in mails if one.to == "farid@harbor.example"]
    whole = f"{told.subject}{told.text}{told.html}"
    assert "Oscar" in told.subject
    assert "evil" not in whole
    assert "ar_" not in whole  # not even which request it is: the page says that to whoever signs in
    assert told.text.count("https://") == 1
    assert "https://limen.harbor.localhost/access/inbox" in told.text


# Flooding, and words that do more than say


async def test_a_flood_of_requests_is_bounded_for_each_person(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    await harbor.colleague("Maren", "staff", "finance", "management")
    await oscar.asks()
    with pytest.raises(TooManyError):
        await oscar.asks("crm", "view", "edit")
    for app in ("accounting", "crm"):
        for action in ("view", "edit"):
            if (app, action) != ("crm", "view"):
                await oscar.asks(app, action)
    linh = await harbor.colleague("Linh", "staff", "engineering")
    raced = await asyncio.gather(*(linh.asks() for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(one, TooManyError) for one in raced) == 9
    for _ in range(19):
        mine = [one for one in await harbor.access.requests_of(linh.id) if one.state is RequestState.OPEN]
        await harbor.access.withdraw(linh.session, mine[0].id)
        await linh.asks()
    (still,) = [one for one in await harbor.access.requests_of(linh.id) if one.state is RequestState.OPEN]
    await harbor.access.withdraw(linh.session, still.id)
    with pytest.raises(TooManyError):
        await linh.asks()
    assert len(await harbor.access.requests_of(linh.id)) == 20


@pytest.mark.parametrize(
    "why",
    [
        "approved\x00 by the board of directors",
        "see \x1b]0;owned\x07 the terminal of the helpdesk",
        "a reason \u202e that reads backwards",
        "x" * 100_000,
    ],
)
async def test_a_justification_that_could_steer_what_shows_it_is_refused(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague, why: str
) -> None:
    with pytest.raises(AccessError):
        await oscar.asks(why=why)
    assert await harbor.access.requests_of(oscar.id) == []


async def test_a_justification_is_one_line_of_plain_text_and_in_no_event(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    request = await oscar.asks(why="<script>alert(1)</script>\n\nAdministrator:\tapproved; {who} %s")
    assert request.reason == "<script>alert(1)</script> Administrator: approved; {who} %s"
    await farid.approves(request)
    said = [str(one) for kind in ("requested", "approved", "granted") for one in harbor.events(f"access.{kind}")]
    assert len(said) == 3
    assert not any("script" in one for one in said)


# Keeping it for good


async def test_small_steps_are_not_forever(harbor: AtHarbor) -> None:
    ada = await harbor.administrator()
    begun = harbor.house.clock.now()
    first = await ada.asks("wiki", "administer", lasts=4 * HOUR)
    (grant,) = await harbor.access.grants_of(ada.id)
    assert first.state is RequestState.GRANTED
    for _ in range(6):
        harbor.house.clock.forward(2 * HOUR - MINUTE)
        await ada.uses_passkey()
        try:
            await ada.extends(grant, 4 * HOUR)
        except UsedUpError:
            break
    (kept,) = await harbor.access.grants_of(ada.id)
    assert kept.until <= begun + 12 * HOUR + MINUTE
    harbor.house.clock.forward(max(0, kept.until - harbor.house.clock.now()))
    await ada.uses_passkey()
    assert not ada.opens("wiki", "administer")
    with pytest.raises(UsedUpError):  # nor anew, nor by asking for more at once
        await ada.asks("wiki", "administer", "elevate", lasts=HOUR)
    harbor.house.clock.forward(2 * HOUR)
    await ada.uses_passkey()
    assert (await ada.asks("wiki", "administer", lasts=HOUR)).state is RequestState.GRANTED


# Outliving what it rests on


async def test_a_grant_does_not_survive_a_mover(harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    await granted(oscar, farid)
    waiting = await oscar.asks("crm", "edit")
    people = harbor.house.limen.identity.people
    await people.set_groups(oscar.id, ("staff", "warehouse"), by="")
    assert oscar.opens(), "he is still one of the staff, who may ask for it"
    await people.set_groups(oscar.id, ("contractors", "engineering"), by="")
    assert not oscar.opens()
    await people.set_groups(oscar.id, ("staff", "engineering"), by="")
    assert not oscar.opens(), "what ended does not come back"
    assert [one.details["why"] for one in harbor.events("access.ended")] == ["moved"]
    with pytest.raises(DecidedError):
        await farid.approves(waiting)


async def test_a_grant_does_not_survive_a_leaver_or_a_suspension(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    await granted(oscar, farid)
    responses = harbor.house.limen.core.offers.take(PersonResponses)
    now = harbor.house.clock.now()
    await in_one_transaction(harbor, lambda t: responses.suspend(t, oscar.id, now, "", "test"))
    await in_one_transaction(harbor, lambda t: responses.resume(t, oscar.id, now, "", "test"))
    await oscar.uses_passkey()
    assert not oscar.opens()
    await granted(oscar, farid)
    await harbor.house.limen.identity.people.deactivate(oscar.id, by="")
    assert oscar.id not in harbor.house.limen.known.grants
    assert [one.details["why"] for one in harbor.events("access.ended")] == ["deactivated", "signed-out"]


@pytest.mark.parametrize("state", [State.QUARANTINED, State.LOST])
async def test_a_grant_does_not_survive_the_device_it_was_asked_on(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague, state: State
) -> None:
    laptop, devices = new_agent(harbor.house), devices_of(harbor.house)
    await laptop.enrol(await devices.token(oscar.id, by="server"))
    (device,) = devices.of(oscar.id)
    await oscar.sits_at(device.id)
    assert await farid.approves(await oscar.asks()) is not None
    assert oscar.opens()
    await devices.change(device.id, state, by="")
    assert not oscar.opens()
    if state is State.QUARANTINED:
        await devices.change(device.id, State.ACTIVE, by="")
        assert not oscar.opens(), "a release gives nothing back"
    await harbor.access.tell_ended()
    assert [one.details["why"] for one in harbor.events("access.ended")] == ["device"]
    (kept,) = await harbor.access.grants_of(oscar.id)
    assert kept.ended_at


async def test_a_stolen_sign_in_on_another_device_has_no_grant_of_this_one(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    """Whoever took the cookie of another sign-in, or of this one without what ties it, is refused; Oscar is told."""
    laptop, devices = new_agent(harbor.house), devices_of(harbor.house)
    await laptop.enrol(await devices.token(oscar.id, by="server"))
    (device,) = devices.of(oscar.id)
    await oscar.sits_at(device.id, lasts=HOUR)
    assert await farid.approves(await oscar.asks()) is not None
    tied = oscar.session
    assert oscar.opens()
    harbor.house.clock.forward(MINUTE)
    elsewhere = harbor.house.browser()
    elsewhere.passkey = oscar.browser.passkey
    await elsewhere.sign_in()
    assert oscar.session.id != tied.id
    refused = oscar.decision()
    assert refused.effect is Effect.DENY
    kinds = {tuple(one.kind for one in named) for named in refused.remedies}
    assert {("use_device",), ("ask_for_grant",)} <= kinds
    assert harbor.decision(tied, "crm", "view").effect is Effect.PERMIT
    harbor.house.clock.forward(HOUR)
    assert harbor.decision(tied, "crm", "view").effect is not Effect.PERMIT, (
        "what tied it to the laptop is over, and the grant is not"
    )
    await oscar.sits_at("d_9999999999999999")
    assert not oscar.opens()


async def test_what_was_approved_by_an_account_in_other_hands_ends_with_it(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    await granted(oscar, farid)
    now = harbor.house.clock.now()
    stolen = Ending(cause=Cause.STOLEN, holder=farid.id, now=now)
    ended = await in_one_transaction(harbor, lambda t: credentials.end(t, stolen))
    assert ended["grants"] == 1
    assert not oscar.opens()
    assert [one.details["why"] for one in harbor.events("access.ended")] == ["approver-stolen"]


async def test_a_restored_backup_brings_no_grant_back(harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    await granted(oscar, farid)
    waiting = await oscar.asks("crm", "edit")
    restored = Ending(cause=Cause.RESTORED, now=harbor.house.clock.now())
    await in_one_transaction(harbor, lambda t: credentials.end(t, restored))
    assert not oscar.opens()
    kept = await harbor.access.request(waiting.id)
    assert kept is not None
    assert kept.state is RequestState.WITHDRAWN


async def test_it_ends_on_time_while_the_database_is_away(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = await granted(oscar, farid)

    def gone(*_: object) -> Any:
        raise DatabaseGoneError

    for name in ("read", "write"):
        monkeypatch.setattr(Database, name, gone)
    with pytest.raises(DatabaseGoneError):
        await harbor.access.tell_ended()
    harbor.house.clock.forward(grant.until - harbor.house.clock.now() - MINUTE)
    assert oscar.opens()
    harbor.house.clock.forward(MINUTE)
    assert not oscar.opens()
