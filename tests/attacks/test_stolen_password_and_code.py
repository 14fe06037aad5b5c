"""A thief has somebody's password and the seed of their code, and made what they could with them: after a pass because
it is in other hands, after "this wasn't me", and after being let go and taken back, nothing of it opens anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyotp
import pytest
from tests.attacks.test_lost_devices import LINK, WHY
from tests.web.conftest import PASSWORD, Browser, House, browser, house
from tests.web.console.conftest import Console, console
from tests.web.portal.test_recovery import made
from tests.web.portal.test_sign_in import _with_password

from limen.clock import MINUTE
from limen.demo.software_passkey import SoftwarePasskey
from limen.facts import SessionState
from limen.identity.app_token import Issued
from limen.identity.errors import NotLiveError, SignInFailedError
from limen.identity.model import Visitor

__all__ = ["browser", "console", "house"]
CLEO = "cleo@harbor.example"


@dataclass
class Thief:
    """A browser that is signed in with what was stolen, and all that was made in it to come back."""

    browser: Browser
    seed: str
    passkey: SoftwarePasskey
    recovery_code: str
    link: str
    token: Issued

    async def signs_in(self, house: House) -> bool:
        """With the password and the right code of this moment, from a browser that was never seen."""
        fresh = house.browser(address="198.51.100.77")
        await fresh.get("/sign-in")
        house.clock.forward(MINUTE)
        code = pyotp.TOTP(self.seed).generate_otp(house.clock.now() // 30_000)
        done = await fresh.post("/sign-in", email=CLEO, password=PASSWORD, code=code)
        alone = await fresh.post("/sign-in", email=CLEO, password=PASSWORD)
        return 303 in {done.status_code, alone.status_code}

    async def opens(self, house: House) -> list[str]:
        """What of all that was made still lets the thief in."""
        found = []
        if (await self.browser.get("/")).status_code == 200:
            found.append("session")
        if await self.signs_in(house):
            found.append("password and code")
        fresh = house.browser(address="198.51.100.78")
        fresh.passkey = self.passkey
        if (await fresh.sign_in()).status_code == 200:
            found.append("passkey")
        await fresh.get("/lost-device")
        if (await fresh.post("/lost-device", email=CLEO, code=self.recovery_code)).status_code == 200:
            found.append("recovery code")
        await fresh.get("/enrol")
        if (await fresh.post("/enrol", token=self.link)).status_code == 200:
            found.append("link")
        known, now = house.limen.known, house.clock.now()
        if known.session_state(known.tokens[self.token.token.id], "wiki", now) is SessionState.LIVE:
            found.append("token")
        return found


async def thief_of(house: House, person_id: str, seed: str) -> Thief:
    """Signs in with password and code, adds a passkey (there is none yet), and with it makes everything else."""
    thief = house.browser(address="192.0.2.1")
    await thief.get("/sign-in")
    house.clock.forward(MINUTE)
    code = pyotp.TOTP(seed).generate_otp(house.clock.now() // 30_000)
    assert (await thief.post("/sign-in", email=CLEO, password=PASSWORD, code=code)).status_code == 303
    await thief.get("/passkeys")
    options = (await thief.send("/passkeys/options")).json()["options"]
    assert (await thief.send("/passkeys/add", credential=thief.passkey.create(options))).status_code == 200
    await thief.step_up("limen")
    recovery_code = (await made(thief))[0]
    link = LINK.search((await thief.post("/passkeys/second")).text)
    assert link
    session = next(one for one in house.limen.known.sessions.values() if one.address == "192.0.2.1")
    assert session.person_id == person_id
    making = house.limen.identity.tokens.make(session, 3, app="wiki", actions=["view"], days=30, name="git")
    return Thief(thief, seed, thief.passkey, recovery_code, link[1], await making)


@pytest.mark.parametrize("how", ["in other hands", "not me", "let go and taken back"])
@pytest.mark.parametrize("has_own_passkey", [False, True])
async def test_nothing_that_was_stolen_or_made_with_it_opens_anything(
    console: Console, how: str, has_own_passkey: bool
) -> None:
    house, cleo = console.house, console.house.browser()
    seed = await _with_password(house, cleo, await house.invite("Cleo", "staff"))
    cleo_id = house.id_of(CLEO)
    thief = await thief_of(house, cleo_id, seed)
    assert await thief.signs_in(house)
    if has_own_passkey:  # added later than the thief's: dates tell nothing where there is a password
        await cleo.get("/passkeys")
        issued = await house.limen.identity.people.access_pass(cleo_id, by=console.ada_id, why=WHY)
        assert (await cleo.enrol(issued)).status_code == 200
    person, named = f"/console/people/{cleo_id}", {}
    await console.ada.step_up("limen")
    await console.ada.get(person)
    if how == "in other hands":
        held = (await house.limen.identity.factors.of_person(cleo_id)).passkeys
        named = {"lost": held[-1].id} if has_own_passkey else {}
        done = await console.ada.post(f"{person}/pass", why=WHY, stolen="yes", **named)
        assert LINK.search(done.text), done.headers
    elif how == "not me":
        await cleo.get("/account")
        assert (await cleo.post("/account/not-me")).status_code == 200
    else:
        assert "done=let-go" in (await console.ada.post(f"{person}/let-go")).headers["location"]
        assert "done=taken-back" in (await console.ada.post(f"{person}/take-back")).headers["location"]

    assert await thief.opens(house) == []

    held = await house.limen.identity.factors.of_person(cleo_id)
    assert not held.has_password
    assert not held.has_code
    assert len(held.passkeys) == (has_own_passkey and how == "not me"), "the one that proved who says so"
    gone = [event.details["factor"] for event in house.events("factor.removed") if event.subject == cleo_id]
    assert {"password", "code", "passkey"} <= set(gone)


@pytest.mark.parametrize("how", ["not me", "let go and taken back"])
async def test_their_person_comes_back_by_who_knows_them(console: Console, how: str) -> None:
    house, cleo = console.house, console.house.browser()
    await _with_password(house, cleo, await house.invite("Cleo", "staff"))
    cleo_id, people = house.id_of(CLEO), house.limen.identity.people
    if how == "not me":
        await cleo.get("/account")
        await cleo.post("/account/not-me")
        issued = await people.access_pass(cleo_id, by=console.ada_id, why=WHY)
    else:
        await people.deactivate(cleo_id, by=console.ada_id)
        await people.reactivate(cleo_id, by=console.ada_id)
        issued = await people.invite_again(cleo_id, by=console.ada_id)
    again = house.browser()
    assert (await again.enrol(issued)).status_code == 200
    assert (await again.get("/")).status_code == 200


async def test_a_last_administrator_keeps_their_passkeys_and_loses_the_rest(console: Console) -> None:
    """Ada says so in a session that password and code began: without her passkey nobody could administer Limen."""
    house, identity = console.house, console.house.limen.identity
    session = next(one for one in house.limen.known.sessions.values() if one.person_id == console.ada_id)
    visitor = Visitor("203.0.113.7", "Firefox", "b" * 43)
    offer = await identity.factors.code_offer(session, visitor)
    totp = pyotp.TOTP(offer.seed.replace(" ", ""))
    code = totp.generate_otp(house.clock.now() // 30_000)
    await identity.factors.set_password(session, visitor, PASSWORD, code, offer.ticket)
    house.clock.forward(MINUTE)
    code = totp.generate_otp(house.clock.now() // 30_000)
    begun = await identity.sign_in.with_password(visitor, "ada@harbor.example", PASSWORD, code)
    await identity.recovery.not_me(begun.session)
    held = await identity.factors.of_person(console.ada_id)
    assert (len(held.passkeys), held.has_password, held.has_code) == (1, False, False)
    assert (await console.ada.get("/")).headers["location"].startswith("/sign-in")


async def test_what_is_under_way_when_it_is_said_changes_nothing_any_more(console: Console) -> None:
    """Hashing takes a while: "this wasn't me" comes between the look at what was given and what is written."""
    house, cleo, identity = console.house, console.house.browser(), console.house.limen.identity
    seed = await _with_password(house, cleo, await house.invite("Cleo", "staff"))
    cleo_id, visitor = house.id_of(CLEO), Visitor("203.0.113.7", "Firefox", "b" * 43)
    session = next(one for one in house.limen.known.sessions.values() if one.person_id == cleo_id)
    offer = await identity.factors.code_offer(session, visitor)
    options = await identity.factors.passkey_options(session, visitor)
    looked_at = await identity.factors.freshly_proved(session)
    proved = await identity.sign_in._verification.typed(CLEO, PASSWORD, "", visitor, "sign_in.failed")
    house.clock.forward(MINUTE)
    of_seed = pyotp.TOTP(seed).generate_otp(house.clock.now() // 30_000)
    code = pyotp.TOTP(offer.seed.replace(" ", "")).generate_otp(house.clock.now() // 30_000)
    both = await identity.sign_in._verification.typed(CLEO, PASSWORD, of_seed, visitor, "sign_in.failed")
    await identity.recovery.not_me(session)

    async def as_before(_session: object) -> object:
        return looked_at

    identity.factors.freshly_proved = as_before  # type: ignore[method-assign, assignment]
    identity.sessions.own = identity.sessions.live = lambda _session: session  # type: ignore[method-assign, assignment]
    identity.sessions.freshly_proved = lambda _session, _strength: session  # type: ignore[method-assign]
    for attempt in (
        identity.factors.set_password(session, visitor, "harvest velvet canoe thistle"),
        identity.factors.set_code(session, visitor, code, offer.ticket),
        identity.factors.add_passkey(session, visitor, SoftwarePasskey(origin=cleo.passkey.origin).create(options)),
        identity.factors.remove_password(session),
        identity.recovery.make(session),
        identity.tokens.make(session, 2, app="wiki", actions=["view"], days=1, name="git"),
    ):
        with pytest.raises(NotLiveError):
            await attempt
    for typed in (proved, both):
        with pytest.raises(SignInFailedError):
            await identity.sign_in._finish(typed, visitor)
    assert not (await identity.factors.of_person(cleo_id)).factors
    assert (await identity.recovery.left(cleo_id)).count == 0
