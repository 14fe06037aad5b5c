"""What people do with requests and grants, against the whole product."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.access.at_harbor import WHY, AtHarbor, Colleague

from limen.access.errors import AccessError, DecidedError, NoRuleError, StaleProofError, UnknownGrantError, UsedUpError
from limen.access.model import RequestState
from limen.clock import HOUR, MINUTE
from limen.facts import UNPROVED, Auth, Factor
from limen.monitor.notify.content import Notice
from limen.monitor.notify.queueing import Queueing
from limen.monitor.notify.rules import Channel, Kind, NotifyRules
from limen.monitor.notify.service import Notices as ChatNotices
from limen.pillar import AccessGrants


async def test_what_is_approved_is_open_until_it_ends_by_the_clock_alone(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    assert not oscar.opens()
    request = await oscar.asks("crm", "view", lasts=30 * MINUTE)
    assert not oscar.opens()
    assert [one.id for one in await harbor.access.inbox(farid.id)] == [request.id]
    assert await harbor.access.inbox(oscar.id) == []
    grant = await farid.approves(request)
    assert grant is not None
    assert oscar.opens()
    assert not oscar.opens("crm", "edit")
    assert not oscar.opens("payroll")
    assert grant.approvers == (farid.id,)
    assert oscar.decision().valid_until == grant.until
    offered = harbor.house.limen.core.offers.take(AccessGrants)
    assert [(who, one.id) for who, one in offered.active("crm")] == [(oscar.id, grant.id)]
    harbor.house.clock.forward(30 * MINUTE)
    assert not oscar.opens()
    assert offered.active("crm") == []
    assert harbor.events("access.expired") == []
    await harbor.access.tell_ended()
    (said,) = harbor.events("access.expired")
    assert (said.subject, said.details["what"], said.details["grant"]) == (oscar.id, "grant", grant.id)
    assert [event.details["request"] for event in harbor.events("access.requested")] == [request.id]
    assert all(WHY not in str(event) for kind in ("requested", "granted") for event in harbor.events(f"access.{kind}"))


async def test_approving_needs_a_passkey_used_within_five_minutes(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    request = await oscar.asks()
    harbor.house.clock.forward(6 * MINUTE)
    with pytest.raises(StaleProofError):
        await farid.approves(request)
    assert [one.reason for one in harbor.events("access.denied")] == ["no-fresh-passkey"]
    await farid.uses_passkey()
    assert await farid.approves(request) is not None


async def test_restricted_apps_need_each_step_by_somebody_else(harbor: AtHarbor) -> None:
    sofia = await harbor.colleague("Sofia", "staff", "hr")
    maren = await harbor.colleague("Maren", "staff", "finance", "management")
    ines = await harbor.colleague("Ines", "staff", "management")
    request = await sofia.asks("payroll", "edit", why="Lucia is ill on the payday.", ticket="PAY-7")
    assert [len(step) for step in request.steps] == [1, 2]
    assert await maren.approves(request) is None
    assert not sofia.opens("payroll", "edit")
    assert await harbor.access.inbox(maren.id) == []
    with pytest.raises(AccessError):
        await maren.approves(request)
    grant = await ines.approves(request)
    assert grant is not None
    assert grant.approvers == (maren.id, ines.id)
    assert sofia.opens("payroll", "edit")


@pytest.mark.parametrize(
    ("app", "action", "why", "ticket", "lasts"),
    [
        ("payroll", "edit", "Lucia is ill on the payday.", "", HOUR),
        ("payroll", "edit", "Lucia is ill on the payday.", "PAY-x", HOUR),
        ("payroll", "edit", "Lucia is ill.", "PAY-7", HOUR),
        ("payroll", "edit", "Lucia is ill on the \x1b[2J payday.", "PAY-7", HOUR),
        ("payroll", "edit", "x" * 501, "PAY-7", HOUR),
        ("payroll", "edit", "Lucia is ill on the payday.", "PAY-7", 9 * HOUR),
        ("payroll", "edit", "Lucia is ill on the payday.", "PAY-7", 0),
        ("payroll", "administer", "Lucia is ill on the payday.", "PAY-7", HOUR),
        ("payroll", "fly", "Lucia is ill on the payday.", "PAY-7", HOUR),
        ("limen", "administer", "Lucia is ill on the payday.", "PAY-7", HOUR),
        ("nothing", "view", "Lucia is ill on the payday.", "PAY-7", HOUR),
    ],
)
async def test_what_does_not_fit_the_rule_is_not_asked(
    harbor: AtHarbor, app: str, action: str, why: str, ticket: str, lasts: int
) -> None:
    sofia = await harbor.colleague("Sofia", "staff", "hr")
    await harbor.colleague("Maren", "staff", "finance", "management")
    await harbor.colleague("Ines", "staff", "management")
    with pytest.raises(AccessError):
        await sofia.asks(app, action, lasts=lasts, why=why, ticket=ticket)
    assert await harbor.access.requests_of(sofia.id) == []


async def test_what_nobody_else_could_approve_is_not_asked(harbor: AtHarbor, oscar: Colleague) -> None:
    with pytest.raises(AccessError) as caught:
        await oscar.asks()
    assert type(caught.value).__name__ == "NobodyError"


async def test_what_is_automatic_is_given_at_once_with_a_passkey_used_just_now(harbor: AtHarbor) -> None:
    ada = await harbor.administrator()
    assert not ada.opens("wiki", "administer")
    request = await ada.asks("wiki", "administer", lasts=HOUR)
    assert request.state is RequestState.GRANTED
    assert ada.opens("wiki", "administer")
    assert not ada.opens("crm", "administer")
    harbor.house.clock.forward(10 * MINUTE)
    with pytest.raises(StaleProofError):
        await ada.asks("warehouse", "administer", lasts=HOUR)


async def test_a_request_is_refused_or_withdrawn_once(harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    request = await oscar.asks()
    refused = await harbor.access.refuse(farid.session, request.id, "Not this week.")
    assert (refused.state, refused.decided_by, refused.why) == (RequestState.REFUSED, farid.id, "Not this week.")
    for again in (harbor.access.refuse(farid.session, request.id), farid.approves(request)):
        with pytest.raises(DecidedError):
            await again
    other = await oscar.asks()
    await harbor.access.withdraw(oscar.session, other.id)
    with pytest.raises(DecidedError):
        await farid.approves(other)
    assert not oscar.opens()


async def test_a_request_that_nobody_answers_goes_to_others_and_is_over(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    ines = await harbor.colleague("Ines", "staff", "management")
    request = await oscar.asks()
    assert await harbor.access.inbox(ines.id) == []
    harbor.house.clock.forward(4 * HOUR)
    await harbor.access.escalate()
    await harbor.access.escalate()
    assert len(harbor.events("access.escalated")) == 1
    assert [one.id for one in await harbor.access.inbox(ines.id)] == [request.id]
    harbor.house.clock.forward(44 * HOUR)
    for one in (ines, farid):
        await one.uses_passkey()
    assert await harbor.access.inbox(ines.id) == []
    with pytest.raises(DecidedError):
        await ines.approves(request)
    await harbor.access.tell_ended()
    kept = await harbor.access.request(request.id)
    assert kept is not None
    assert kept.state is RequestState.EXPIRED
    assert [one.details["what"] for one in harbor.events("access.expired")] == ["request"]


async def test_a_grant_is_prolonged_given_back_and_revoked(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    grant = await farid.approves(await oscar.asks())
    assert grant is not None
    harbor.house.clock.forward(MINUTE)
    longer = await farid.approves(await oscar.extends(grant, 3 * HOUR))
    assert longer is not None
    assert (longer.id, longer.until > grant.until) == (grant.id, True)
    assert len(harbor.events("access.extended")) == 1
    await harbor.access.give_back(oscar.session, grant.id)
    assert not oscar.opens()
    with pytest.raises(UnknownGrantError):
        await harbor.access.give_back(oscar.session, grant.id)
    again = await farid.approves(await oscar.asks())
    assert again is not None
    await harbor.access.revoke(farid.session, again.id, "He is done.", is_administrator=False)
    assert not oscar.opens()
    assert [one.details["why"] for one in harbor.events("access.ended")] == ["revoked", "given-back"]


async def test_a_revoked_grant_comes_back_by_no_extension(harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    grant = await farid.approves(await oscar.asks())
    assert grant is not None
    longer = await oscar.extends(grant)
    await harbor.access.revoke(farid.session, grant.id, is_administrator=False)
    with pytest.raises(UnknownGrantError):
        await farid.approves(longer)
    assert not oscar.opens()


async def test_only_an_administrator_or_who_approved_it_revokes(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    greta = await harbor.colleague("Greta", "staff", "sales")
    grant = await farid.approves(await oscar.asks())
    assert grant is not None
    with pytest.raises(AccessError):
        await harbor.access.revoke(greta.session, grant.id, is_administrator=False)
    assert oscar.opens()
    await harbor.access.revoke(greta.session, grant.id, is_administrator=True)
    assert not oscar.opens()


async def test_a_program_asks_for_nothing(harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    for auth in (UNPROVED, Auth(2, frozenset({Factor.PASSKEY}), harbor.house.clock.now(), by_token=True)):
        with pytest.raises(AccessError):
            await harbor.access.ask(replace(oscar.session, auth=auth), "crm", ("view",), HOUR, WHY)


async def test_asked_says_by_which_rule_and_for_how_long(harbor: AtHarbor, oscar: Colleague) -> None:
    known = harbor.house.limen.known
    person, apps = known.people[oscar.id], known.apps
    found = harbor.access.asked(person, apps["crm"], "view")
    assert found is not None
    assert (found.rule, found.longest_ms, found.is_automatic) == ("stand-in", 48 * HOUR, False)
    assert harbor.access.asked(person, apps["crm"], "administer") is None
    assert harbor.access.asked(person, apps["limen"], "view") is None
    with pytest.raises(NoRuleError):
        await oscar.asks("handbook", "view")


async def test_only_who_may_ask_is_told_to_ask(harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    def kinds(who: Colleague, app: str, action: str) -> set[str]:
        return {one.kind for some in who.decision(app, action).remedies for one in some}

    assert "ask_for_grant" in kinds(oscar, "crm", "view")
    assert "ask_for_grant" not in kinds(oscar, "payroll", "view")
    assert "ask_for_grant" not in kinds(oscar, "crm", "download")


async def test_what_was_over_long_ago_is_forgotten(harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    grant = await farid.approves(await oscar.asks())
    assert grant is not None
    harbor.house.clock.forward(3 * HOUR)
    await harbor.access.tell_ended()
    await harbor.access.forget()
    assert len(await harbor.access.grants_of(oscar.id)) == 1
    harbor.house.clock.forward(500 * 24 * HOUR)
    await harbor.access.forget()
    assert await harbor.access.grants_of(oscar.id) == []
    assert await harbor.access.requests_of(oscar.id) == []


async def test_in_sum_nobody_has_it_longer_than_the_rule_says(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    begun = harbor.house.clock.now()
    grant = await farid.approves(await oscar.asks(lasts=48 * HOUR))
    assert grant is not None
    for ahead in (*[40 * HOUR] * 8, 16 * HOUR - MINUTE):
        harbor.house.clock.forward(ahead)
        for one in (oscar, farid):
            await one.uses_passkey()
        if ahead == 40 * HOUR:
            await farid.approves(await oscar.asks(lasts=48 * HOUR))
    harbor.house.clock.forward(MINUTE)
    with pytest.raises(UsedUpError):
        await oscar.asks(lasts=HOUR)
    granted = await harbor.access.grants_of(oscar.id)
    assert len(granted) == 9
    assert max(one.until for one in granted) - begun <= 14 * 24 * HOUR + MINUTE


async def test_a_chat_hears_of_a_request_while_it_waits_and_has_no_word_of_theirs(
    harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    house, told = harbor.house, list[tuple[str, str]]()

    async def deliver(_kind: object, _address: object, notice: Notice, _id: str, _now: int) -> None:
        told.append((notice.title, notice.text))

    rules = NotifyRules({"team": Channel(Kind.SLACK, requests=True)})
    queueing = Queueing(lambda: rules, lambda: house.limen.settings.zone)
    chats = ChatNotices(house.limen.core, lambda: rules, queueing, deliver)
    await chats.set_address(
        "team", "https://hooks.slack.com/services/T00000000/B00000000/abcdefghijklmnopqrstuvwx", by=""
    )
    access = replace(harbor.access, notices=replace(harbor.access.notices, to_chat=queueing.tell_of_request))
    first = await access.ask(oscar.session, "crm", ("view",), HOUR, WHY)
    await chats.send_due()
    ((title, text),) = told
    assert "Oscar" in title
    assert WHY not in title + text
    assert first.id not in title + text
    assert text.endswith("/access/inbox")
    second = await access.ask(oscar.session, "crm", ("edit",), HOUR, WHY)
    await access.withdraw(oscar.session, second.id)
    await chats.send_due()
    assert len(told) == 1
