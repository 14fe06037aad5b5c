"""Sessions: stolen, fixed, revived, carried to another app. After a revocation the next look refuses."""

from __future__ import annotations

import asyncio

import pytest
from tests.identity.conftest import PASSWORD, House

from limen.facts import SessionState
from limen.identity import projection
from limen.identity.errors import FreshProofNeededError, NotLiveError, SignInFailedError
from limen.identity.model import SignedIn, Visitor
from limen.opaque import hash_of


def looked_up(house: House, token: str, app: str = "") -> SessionState:
    """What a door finds behind a cookie."""
    return house.known.session_state(house.known.session(hash_of(token)), app, house.clock.now())


async def test_a_token_from_before_the_step_up_is_worthless_after_it(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    before = await house.administrator(passkey, visitor)
    options = await house.parts.step_up.passkey_options(before.session, visitor)
    after = await house.parts.step_up.with_passkey(before.session, visitor, passkey.get(options))
    assert looked_up(house, before.token.reveal()) is SessionState.NOT_SIGNED_IN
    assert looked_up(house, after.token.reveal()) is SessionState.LIVE


async def test_each_sign_in_has_a_token_and_a_session_of_its_own(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    one = await house.administrator(passkey, visitor)
    two = await house.sign_in(passkey, visitor)
    assert one.token.reveal() != two.token.reveal()
    assert one.session.id != two.session.id


async def test_the_hash_from_a_stolen_database_opens_nothing(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    for guess in (ada.token.hash.hex(), ada.session.id, ada.token.hash.decode("latin-1")):
        assert looked_up(house, guess) is SessionState.NOT_SIGNED_IN


async def test_an_apps_cookie_is_good_on_its_app_only(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    token = await house.parts.sessions.open_app_session(ada.session.id, "payroll", "", "")
    assert looked_up(house, token, "payroll") is SessionState.LIVE
    assert looked_up(house, token, "limen") is SessionState.OTHER_APP
    assert looked_up(house, token) is SessionState.OTHER_APP
    assert looked_up(house, ada.token.reveal(), "payroll") is SessionState.OTHER_APP


async def test_a_stolen_app_session_can_neither_step_up_nor_touch_factors(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    token = await house.parts.sessions.open_app_session(ada.session.id, "payroll", "", "")
    child = house.known.session(hash_of(token))
    for attempt in (
        house.parts.step_up.passkey_options(child, visitor),
        house.parts.step_up.with_password(child, visitor, "x"),
        house.parts.factors.passkey_options(child, visitor),
        house.parts.factors.set_password(child, visitor, PASSWORD),
        house.parts.sessions.revoke_own(child, ada.session.id),
    ):
        with pytest.raises(NotLiveError):
            await attempt


async def test_a_stolen_old_session_adds_no_factor(house: House, visitor: Visitor, stranger: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    house.clock.forward(3_600_000)
    with pytest.raises(FreshProofNeededError):
        await house.parts.factors.passkey_options(ada.session, stranger)


@pytest.mark.parametrize("how", ["session", "person", "deactivate", "panic", "sign_out"])
async def test_after_each_revocation_the_very_next_look_refuses(house: House, visitor: Visitor, how: str) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    token = await house.parts.sessions.open_app_session(ben.session.id, "payroll", "", "")
    sessions = house.parts.sessions
    revoking = {
        "session": lambda: sessions.revoke(ben.session.id, by="p_ada"),
        "person": lambda: sessions.revoke_person(ben.person.id, by="p_ada"),
        "deactivate": lambda: house.parts.people.deactivate(ben.person.id, by="p_ada"),
        "panic": lambda: sessions.panic(by="p_ada"),
        "sign_out": lambda: sessions.sign_out(ben.session),
    }
    await revoking[how]()
    assert looked_up(house, ben.token.reveal()) is SessionState.REVOKED
    assert looked_up(house, token, "payroll") is SessionState.REVOKED
    assert house.events("session.revoked") + house.events("sessions.revoked")


async def test_a_revoked_session_stays_dead_over_a_restart_and_a_use(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    await house.parts.sessions.revoke(ada.session.id, by="")
    house.known.used(ada.session, house.clock.now())
    await house.parts.keep_up()
    house.database.read(lambda s: projection.read_all(s, house.clock.now()))(house.known)
    assert looked_up(house, ada.token.reveal()) is SessionState.REVOKED


async def test_a_step_up_does_not_revive_a_session_that_was_revoked_meanwhile(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    ada = await house.administrator(passkey, visitor)
    options = await house.parts.step_up.passkey_options(ada.session, visitor)
    answer = passkey.get(options)
    ended = await asyncio.gather(
        house.parts.sessions.revoke(ada.session.id, by=""),
        house.parts.step_up.with_passkey(ada.session, visitor, answer),
        return_exceptions=True,
    )
    if isinstance(ended[1], SignedIn):
        assert looked_up(house, ended[1].token.reveal()) is SessionState.REVOKED
    assert looked_up(house, ada.token.reveal()) is not SessionState.LIVE


async def test_a_sign_in_that_overlaps_being_let_go_leaves_no_live_session(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    passkey = house.passkey()
    ben = await house.enrol(await house.invited(), passkey, visitor)
    answers = [passkey.get(await house.parts.sign_in.passkey_options(visitor)) for _ in range(3)]
    await asyncio.gather(
        *(house.parts.sign_in.with_passkey(visitor, answer) for answer in answers),
        house.parts.people.deactivate(ben.person.id, by=""),
        return_exceptions=True,
    )
    now = house.clock.now()
    theirs = [session for session in house.known.sessions.values() if session.person_id == ben.person.id]
    assert all(house.known.session_state(session, "", now) is not SessionState.LIVE for session in theirs)


async def test_a_used_time_step_signs_nobody_in_a_second_time(house: House, visitor: Visitor) -> None:
    _, seed = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    house.clock.forward(60_000)
    code = house.code(seed)
    signing_in = house.parts.sign_in.with_password
    ended = await asyncio.gather(
        *(signing_in(visitor, "ben@harbor.example", PASSWORD, code) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(each, SignedIn) for each in ended) == 1
    assert house.words("sign_in.failed") == ["code-used"] * 3
    house.clock.forward(30_000)  # still within the drift that is let through
    with pytest.raises(SignInFailedError):
        await signing_in(visitor, "ben@harbor.example", PASSWORD, code)


async def test_a_thiefs_browser_is_a_strangers_again_after_the_revocation(house: House, visitor: Visitor) -> None:
    from limen.identity.store import factors

    ben, _ = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    await house.parts.sessions.revoke_person(ben.person.id, by="p_ada")
    way = house.database.read(lambda s: factors.way_in(s.connection, "ben@harbor.example", visitor.browser_hash))
    assert way.person_id == ben.person.id
    assert not way.knows_browser
