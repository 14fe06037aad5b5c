"""What each event means here: whose sign-ins end, what a device is worth, which risk is said, whose account goes."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from tests.devices.laptops import devices_of, new_agent
from tests.sso.issuer import FakeIssuer, entry, harbor_with, links, signs_in
from tests.sso.shared_signals.receiving.harbor import ALL_OF_IT
from tests.sso.shared_signals.receiving.people import elsewhere, is_in, sessions_of, status_of, told
from tests.sso.shared_signals.receiving.transmitting import (
    CAEP,
    RISC,
    Outside,
    account,
    counts_of,
    declared,
    email,
    streams_made,
    written,
)
from tests.web.conftest import Browser, House

from limen.clock import DAY, HOUR, MINUTE, SECOND
from limen.facts import Factor
from limen.identity.store import sessions
from limen.sso.shared_signals.receiving import store

REVOKED = f"{CAEP}session-revoked"
DISABLED = f"{RISC}account-disabled"
MIA = "mia@harbor.example"


async def house_where(closing: AsyncExitStack, folder: Path, there: FakeIssuer, okta: Outside, more: str) -> House:
    """Harbor whose transmitter is declared so."""
    text = declared(okta, more)
    house = await harbor_with(closing, folder, [there], also=lambda at: written(at, text))
    await streams_made(house, okta)
    return house


# Sign-ins


async def test_what_began_after_it_was_said_is_not_meant(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    """A token may come late: whoever signed in again since then stays in."""
    before = okta.now
    house.clock.forward(HOUR)
    other = await elsewhere(house, there)
    await okta.tells(REVOKED, account(there), {"event_timestamp": before})
    assert await is_in(other)
    await okta.tells(REVOKED, account(there), {"event_timestamp": (okta.now + DAY) * 1000})  # it is not yet to be
    assert not await is_in(other)
    assert told(house) == ["sign-ins-ended", "noted"]


async def test_one_session_there_is_one_session_here(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    there.claims = {"sid": "desk"}
    desk = await elsewhere(house, there)
    there.claims = {"sid": "phone"}
    phone = await elsewhere(house, there)
    one = {"format": "complex", "user": account(there), "session": {"format": "opaque", "id": "desk"}}
    await okta.tells(REVOKED, one)
    assert (await is_in(desk), await is_in(phone)) == (False, True)
    await okta.tells(REVOKED, {"format": "complex", "session": {"format": "opaque", "id": "phone"}})
    assert not await is_in(phone)
    house.clock.forward(SECOND)
    third = await elsewhere(house, there)
    unknown = {"format": "complex", "user": account(there), "session": {"format": "opaque", "id": "tablet"}}
    await okta.tells(REVOKED, unknown)  # nobody can tell which that is: all that rest on the issuer
    assert not await is_in(third)


async def test_where_the_company_says_so_every_sign_in_ends_but_no_token(
    tmp_path: Path, there: FakeIssuer, okta: Outside
) -> None:
    async with AsyncExitStack() as closing:
        house = await house_where(
            closing, tmp_path / "harbor", there, okta, "domains: [harbor.example]\n    sessions: all"
        )
        mia = house.browser()
        await house.member(mia, "Mia", "staff")
        await okta.tells(REVOKED, email("MIA@harbor.example"), {"reason_admin": {"en": "Landspeed \x07 policy"}})
        assert not await is_in(mia)
        (event,) = house.events("session.revoked")
        assert (event.reason, event.details["why"]) == ("revoked-elsewhere", "okta: session-revoked")
        (said,) = house.events("received_signal.person")
        assert (said.details["did"], said.subject) == ("sign-ins-ended", house.id_of(MIA))
        await okta.tells(DISABLED, email(MIA), {"reason": "hijacking"})
        assert status_of(house, MIA) == "active"  # it may only end sessions
        assert told(house) == ["noted", "sign-ins-ended"]


async def test_a_session_there_that_has_no_name_here_means_every_sign_in_where_the_company_says_so(
    tmp_path: Path, there: FakeIssuer, okta: Outside
) -> None:
    async with AsyncExitStack() as closing:
        more = "domains: [harbor.example]\n    sessions: all"
        house = await house_where(closing, tmp_path / "harbor", there, okta, more)
        mia = house.browser()
        await house.member(mia, "Mia", "staff")
        await okta.tells(REVOKED, session_of_mia("desk"))
        assert (await is_in(mia), told(house)) == (False, ["sign-ins-ended"])


async def test_also_of_who_has_an_account_there_but_never_more_than_the_session_that_is_known(
    tmp_path: Path, there: FakeIssuer, okta: Outside
) -> None:
    async with AsyncExitStack() as closing:
        more = "upstreams: [there]\n    domains: [harbor.example]\n    sessions: all"
        house = await house_where(closing, tmp_path / "harbor", there, okta, more)
        mia = house.browser()
        await house.member(mia, "Mia", "staff")
        await links(mia, there)
        there.claims = {"sid": "desk"}
        desk = await elsewhere(house, there)
        await okta.tells(REVOKED, session_of_mia("desk"))
        assert (await is_in(desk), await is_in(mia)) == (False, True)
        house.clock.forward(SECOND)
        await okta.tells(REVOKED, session_of_mia("tablet"))
        assert not await is_in(mia)


def session_of_mia(name: str) -> dict[str, object]:
    return {"format": "complex", "user": email(MIA), "session": {"format": "opaque", "id": name}}


async def test_what_proves_less_now_counts_as_one_factor(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    there.claims = {"amr": ["mfa"]}
    other = await elsewhere(house, there)
    kept = sessions_of(house, MIA)[-1]

    def factors() -> set[Factor]:
        return set(house.limen.database.read(lambda s: sessions.proofs_of(s.connection, kept)) or ())

    assert factors() == {Factor.ISSUER_TWO_FACTORS}
    change = f"{CAEP}assurance-level-change"
    up = {"namespace": "NIST-AAL", "current_level": "nist-aal3", "change_direction": "increase"}
    await okta.tells(change, account(there), up)
    assert factors() == {Factor.ISSUER_TWO_FACTORS}
    await okta.tells(change, account(there), {**up, "current_level": "nist-aal1", "change_direction": "decrease"})
    assert factors() == {Factor.ISSUER}
    assert house.limen.known.sessions[kept].auth.strength == 1  # at once, in what decides
    assert told(house) == ["sign-ins-weakened", "noted"]
    assert await is_in(other)


async def test_whoever_brings_no_more_what_is_required_is_signed_out(
    tmp_path: Path, there: FakeIssuer, okta: Outside
) -> None:
    async with AsyncExitStack() as closing:
        names = entry(there, more="    require: {hd: harbor.example}\n")
        text = declared(okta, ALL_OF_IT)
        house = await harbor_with(
            closing, tmp_path / "harbor", [there], names, also=lambda folder: written(folder, text)
        )
        await streams_made(house, okta)
        there.claims = {"hd": "harbor.example"}
        mia = house.browser()
        await house.member(mia, "Mia", "staff")
        await links(mia, there)
        other = await elsewhere(house, there)
        change = f"{CAEP}token-claims-change"
        await okta.tells(change, account(there), {"claims": {"hd": "harbor.example", "department": "sales"}})
        assert await is_in(other)
        await okta.tells(change, account(there), {"claims": {"hd": "evil.example"}})
        assert not await is_in(other)


# Risk


async def test_what_is_said_as_a_risk(house: House, okta: Outside, mia: Browser, there: FakeIssuer) -> None:
    credential = {"credential_type": "password"}
    for kind, event, level in (
        (f"{CAEP}risk-level-change", {"current_level": "HIGH", "principal": "USER"}, "high"),
        (f"{CAEP}risk-level-change", {"current_level": "MEDIUM"}, "medium"),
        (f"{CAEP}risk-level-change", {"current_level": "LOW"}, None),
        (f"{CAEP}credential-change", {**credential, "change_type": "create"}, "low"),
        (f"{CAEP}credential-change", {**credential, "change_type": "revoke"}, "medium"),
        (f"{RISC}credential-compromise", credential, "high"),
        (f"{RISC}account-credential-change-required", {}, "high"),
        (f"{RISC}identifier-recycled", {}, "high"),
        (f"{RISC}account-disabled", {"reason": "hijacking"}, "high"),
    ):
        await okta.tells(kind, account(there), event)
        newest = house.events("received_signal.person")[0]
        assert (newest.details.get("level"), newest.details["transmitter"]) == (level, "okta"), kind


# Accounts


async def test_an_account_is_disabled_where_the_company_lets_it_and_no_signal_opens_it_again(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    disabled = okta.token(DISABLED, account(there))
    assert (await okta.push(disabled)).status_code == 202
    assert (status_of(house, MIA), await is_in(mia)) == ("suspended", False)
    changed = next(one for one in house.events("person.changed") if one.details.get("change") == "suspended")
    assert (changed.details["source"], changed.subject) == ("okta", house.id_of(MIA))
    house.clock.forward(MINUTE)
    await okta.tells(f"{RISC}account-enabled", account(there))
    assert status_of(house, MIA) == "suspended"
    assert told(house)[0] == "noted"


async def test_a_source_that_takes_too_many_accounts_stops_and_asks(
    tmp_path: Path, there: FakeIssuer, okta: Outside
) -> None:
    async with AsyncExitStack() as closing:
        more = ALL_OF_IT + "\n    may_disable: {share: 1, people: 2}"
        house = await house_where(closing, tmp_path / "harbor", there, okta, more)
        for name in ("Mia", "Ida", "Tom", "Zoe"):
            browser = house.browser()
            await house.member(browser, name, "staff")
        people = [f"{name}@harbor.example" for name in ("mia", "ida", "tom", "zoe")]
        for address in people:
            await okta.tells(DISABLED, email(address))
        assert [status_of(house, one) for one in people] == ["suspended", "suspended", "active", "active"]
        assert [one.subject for one in house.events("received_signal.stopped")] == [
            house.id_of(one) for one in reversed(people[2:])
        ]
        waits = house.limen.database.read(lambda s: store.every_disabled(s.connection, [store.ASKED_ABOUT]))
        assert [one.person_id for one in waits] == [house.id_of(one) for one in people[2:]]
        house.clock.forward(DAY + MINUTE)
        await okta.tells(DISABLED, email(people[3]))
        assert status_of(house, people[3]) == "suspended"


async def test_whoever_has_a_role_keeps_the_account(house: House, okta: Outside) -> None:
    ada = house.browser(address="203.0.113.8")
    await house.administrator(ada)
    await okta.tells(DISABLED, email("ada@harbor.example"), {"reason": "hijacking"})
    assert status_of(house, "ada@harbor.example") == "active"
    assert len(house.events("received_signal.spared")) == 1
    assert await is_in(ada)  # what she opened with her passkey does not rest on that service


# Devices


def of_device(device: str) -> dict[str, object]:
    return {"format": "complex", "device": {"format": "opaque", "id": device}, "user": email(MIA)}


async def test_a_device_that_is_not_compliant_there_is_blocked_here_until_it_is(
    house: House, okta: Outside, mia: Browser
) -> None:
    agent = new_agent(house)
    await agent.enrol(await devices_of(house).token(house.id_of(MIA), by="server"))
    await agent.report()

    def compliance() -> str:
        found = house.limen.known.devices.get(agent.device)
        assert found is not None
        return found.compliance

    change, early = f"{CAEP}device-compliance-change", okta.now
    house.clock.forward(MINUTE)
    await agent.report()
    assert compliance() == "compliant"
    await okta.tells(change, of_device(agent.device), {"current_status": "not-compliant"})
    assert compliance() == "non_compliant"
    late = {"current_status": "compliant", "event_timestamp": early}
    await okta.tells(change, of_device(agent.device), late)  # what was so before does not undo what came after it
    assert compliance() == "non_compliant"
    house.clock.forward(MINUTE)
    await agent.report()
    await okta.tells(change, of_device(agent.device), {"current_status": "compliant"})
    assert compliance() == "compliant"
    assert told(house, "received_signal.device") == ["marked-well", "noted", "marked-high"]
    await okta.tells(change, of_device("no-such-device"), {"current_status": "not-compliant"})
    await okta.tells(change, email(MIA), {"current_status": "not-compliant"})
    assert counts_of(house, "unknown") == {"no-subject": 2}


async def test_what_is_signed_in_on_a_device_ends_and_where_it_is_unknown_all_of_the_person(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    other = await elsewhere(house, there)
    await okta.tells(REVOKED, {**of_device("unknown"), "user": account(there)})
    assert not await is_in(other)
    house.clock.forward(SECOND)
    assert (await signs_in(house.browser(), there)).status_code == 303
