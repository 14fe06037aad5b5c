"""Sessions: opened, listed, revoked, kept from idling, forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.identity.conftest import House

from limen.clock import DAY, HOUR, MINUTE
from limen.facts import UNPROVED, SessionState
from limen.identity import services
from limen.identity.errors import FreshProofNeededError, NotLiveError, UnknownError
from limen.identity.model import SignedIn, Visitor
from limen.identity.sessions import MOST_OF_A_PERSON, MOST_OF_AN_APP, mark
from limen.identity.store import sessions, tables
from limen.opaque import hash_of


def standing(house: House, signed_in: SignedIn) -> SessionState:
    current = house.known.sessions.get(signed_in.session.id)
    return house.known.session_state(current, "", house.clock.now())


async def test_a_session_ends_after_its_hours_however_much_it_is_used(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    for _ in range(11):
        house.clock.forward(HOUR)
        house.known.used(ada.session, house.clock.now())
        assert standing(house, ada) is SessionState.LIVE
    house.clock.forward(HOUR)
    assert standing(house, ada) is SessionState.ENDED


async def test_a_session_that_idles_ends(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    house.clock.forward(2 * HOUR - 1)
    assert standing(house, ada) is SessionState.LIVE
    house.clock.forward(1)
    assert standing(house, ada) is SessionState.ENDED


async def test_an_app_session_hangs_on_its_sign_in_and_proves_nothing_itself(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    token = await house.parts.sessions.open_app_session(ada.session.id, "payroll", "192.0.2.1", "Firefox")
    child = house.known.session(hash_of(token))
    assert (child.app, child.parent, child.auth) == ("payroll", ada.session.id, UNPROVED)
    assert child.expires_at == ada.session.expires_at
    assert house.known.session_state(child, "payroll", house.clock.now()) is SessionState.LIVE
    assert house.known.session_state(child, "wiki", house.clock.now()) is SessionState.OTHER_APP
    assert house.events("session.app_opened")[0].details == {"app": "payroll", "parent": ada.session.id}
    await house.parts.sessions.sign_out(child)
    assert house.known.session_state(child, "payroll", house.clock.now()) is SessionState.REVOKED
    assert standing(house, ada) is SessionState.REVOKED


async def test_no_app_session_hangs_on_what_is_no_live_sign_in(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    token = await house.parts.sessions.open_app_session(ada.session.id, "payroll", "", "")
    child = house.known.session(hash_of(token))
    opening = house.parts.sessions.open_app_session
    for parent, app, error in (
        (child.id, "payroll", NotLiveError),
        ("s_unknown", "payroll", NotLiveError),
        (ada.session.id, "", UnknownError),
        (ada.session.id, "no-such-app", UnknownError),
    ):
        with pytest.raises(error):
            await opening(parent, app, "", "")
    await house.parts.sessions.sign_out(ada.session)
    with pytest.raises(NotLiveError):
        await opening(ada.session.id, "payroll", "", "")


async def test_a_person_sees_their_live_sessions_with_apps_and_which_is_this_one(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    passkey = house.passkey()
    ada = await house.administrator(passkey, visitor)
    house.clock.forward(MINUTE)
    phone = await house.sign_in(passkey, stranger)
    await house.parts.sessions.open_app_session(ada.session.id, "payroll", "", "")
    rows = house.parts.sessions.of_person(ada.person.id, ada.session)
    assert [(row.session.id, row.apps, row.is_current) for row in rows] == [
        (phone.session.id, (), False),
        (ada.session.id, ("payroll",), True),
    ]
    await house.parts.sessions.revoke_own(ada.session, phone.session.id)
    assert [row.session.id for row in house.parts.sessions.of_person(ada.person.id)] == [ada.session.id]


async def test_nobody_ends_somebody_elses_session_as_their_own(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    with pytest.raises(UnknownError):
        await house.parts.sessions.revoke_own(ben.session, ada.session.id)
    with pytest.raises(UnknownError):
        await house.parts.sessions.revoke("s_unknown", by=ada.person.id)
    assert standing(house, ada) is SessionState.LIVE


async def test_each_revocation_is_one_mark_one_change_and_one_event(house: House, visitor: Visitor) -> None:
    from limen.storage.tables import changes

    ada = await house.administrator(house.passkey(), visitor)
    sessions = house.parts.sessions
    for revoke in (
        lambda: sessions.revoke(ada.session.id, by="x"),
        lambda: sessions.revoke_person(ada.person.id, by="x"),
        lambda: sessions.panic(by="x"),
    ):
        count = house.database.read(lambda s: s.connection.execute(changes.select()).all())
        events = len(house.events())
        await revoke()
        after = house.database.read(lambda s: s.connection.execute(changes.select()).all())
        assert [row.kind for row in after[len(count) :]] == ["not_before"]
        assert len(house.events()) == events + 1
    assert [event.kind for event in house.events()][-3:] == ["session.revoked", "sessions.revoked", "sessions.revoked"]


async def test_who_signs_in_in_the_same_millisecond_as_a_revocation_lives(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    before = await house.administrator(passkey, visitor)
    await house.parts.sessions.panic(by="")
    after = await house.sign_in(passkey, visitor)
    assert standing(house, before) is SessionState.REVOKED
    assert standing(house, after) is SessionState.LIVE


async def test_a_fresh_proof_is_asked_for_when_it_is_old_or_weak(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    assert house.parts.sessions.freshly_proved(ada.session, 3) == ada.session
    house.clock.forward(10 * MINUTE)
    with pytest.raises(FreshProofNeededError):
        house.parts.sessions.freshly_proved(ada.session, 1)


async def test_a_session_made_up_by_the_caller_is_not_believed(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    with pytest.raises(NotLiveError):
        house.parts.sessions.live(replace(ada.session, id="s_made_up"))
    with pytest.raises(NotLiveError):
        house.parts.sessions.live(None)
    assert house.parts.sessions.live(replace(ada.session, person_id="p_other")).person_id == ada.person.id


async def test_whoever_works_at_another_worker_does_not_idle_out_here(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    house.clock.forward(HOUR)
    elsewhere = house.clock.now()
    house.database.write(lambda t: sessions.save_last_used(t.connection, [(ada.session.id, elsewhere)]))
    house.clock.forward(MINUTE)
    await house.parts.sessions.read_last_used()
    assert house.known.last_used(ada.session.id) == elsewhere
    assert await house.parts.sessions.save_last_used() == 0  # who wrote it down needn't be told
    house.known.used(ada.session, house.clock.now())
    await house.parts.sessions.read_last_used()
    assert house.known.last_used(ada.session.id) == house.clock.now()


async def test_a_worker_whose_clock_is_ahead_keeps_nobody_signed_in_for_longer(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    before, ahead = house.known.last_used(ada.session.id), house.clock.now() + 30 * DAY
    house.database.write(lambda t: sessions.save_last_used(t.connection, [(ada.session.id, ahead)]))
    for _ in range(3):
        house.clock.forward(HOUR)
        await house.parts.sessions.read_last_used()
    assert house.known.last_used(ada.session.id) == before


async def test_of_more_uses_than_are_saved_at_once_each_has_its_turn(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    other = (await house.enrol(await house.invited(), house.passkey(), visitor)).session
    assert await house.parts.sessions.save_last_used() == 2
    saved: set[str] = set()
    for _ in range(2):
        house.clock.forward(MINUTE)
        for one in (ada.session, other):
            house.known.used(one, house.clock.now())
        assert await house.parts.sessions.save_last_used(1) == 1
        saved |= {key for key, at in house.parts.sessions._saved.items() if at == house.clock.now()}
    assert saved == {ada.session.id, other.id}


async def test_last_use_is_saved_once_and_survives_a_restart(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    await house.parts.sessions.save_last_used()
    house.clock.forward(HOUR)
    house.known.used(ada.session, house.clock.now())
    assert await house.parts.sessions.save_last_used() == 1
    assert await house.parts.sessions.save_last_used() == 0
    kept = house.database.read(lambda s: sessions.by_id(s.connection, ada.session.id))
    assert kept[2] == house.clock.now()


async def test_what_time_has_ended_is_forgotten_everywhere(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    await house.parts.sessions.open_app_session(ada.session.id, "payroll", "", "")
    await house.parts.sessions.revoke(ada.session.id, by="")
    house.clock.forward(13 * HOUR)
    assert await house.parts.sessions.purge() == 2
    assert house.known.sessions == {}
    assert house.database.read(lambda s: sessions.all_not_before(s.connection)) == []


async def test_more_sessions_than_anybody_needs_end_the_oldest(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    first = await house.administrator(passkey, visitor)
    for _ in range(MOST_OF_A_PERSON):
        house.clock.forward(1)
        newest = await house.sign_in(passkey, visitor)
    assert len(house.known.sessions) == MOST_OF_A_PERSON
    assert standing(house, first) is SessionState.NOT_SIGNED_IN
    for _ in range(MOST_OF_AN_APP + 3):
        await house.parts.sessions.open_app_session(newest.session.id, "payroll", "", "")
    assert sum(session.app == "payroll" for session in house.known.sessions.values()) == MOST_OF_AN_APP


async def test_ending_what_is_gone_does_nothing(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    await house.parts.sessions.end("s_unknown")
    assert house.events("session.revoked") == []
    await house.parts.sessions.end(ada.session.id)
    assert standing(house, ada) is SessionState.REVOKED


async def test_only_the_hash_of_a_token_is_kept(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    kept = house.database.read(lambda s: s.connection.execute(tables.sessions.select()).mappings().one())
    assert kept["token_hash"] == ada.token.hash
    assert ada.token.reveal() not in repr(dict(kept)) + repr(ada)


async def test_a_break_glass_session_counts_as_fresh_and_goes_to_no_app(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    now = house.clock.now()
    glass = replace(ada.session, id="bg_1", auth=UNPROVED, started_at=now, expires_at=now + HOUR)
    house.known.sessions.put(b"token", glass)
    assert house.parts.sessions.freshly_proved(glass, 3) is glass
    with pytest.raises(NotLiveError):
        await house.parts.sessions.open_app_session("bg_1", "wiki", "203.0.113.7", "")
    house.clock.forward(HOUR)
    with pytest.raises(NotLiveError):
        house.parts.sessions.freshly_proved(glass, 3)


async def test_a_session_and_its_apps_are_bound_to_the_device_that_was_proved_and_end_with_it(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    laptops = {visitor.browser: "dev_laptop"}
    passkey = house.passkey()
    ports = replace(house.ports, device_of=lambda one: laptops.get(one.browser, ""))
    bound = await services.build(ports, house.parts.passwords)
    await house.administrator(passkey, visitor)
    options = await bound.sign_in.passkey_options(visitor)
    here = await bound.sign_in.with_passkey(visitor, passkey.get(options))
    options = await bound.sign_in.passkey_options(stranger)
    elsewhere = await bound.sign_in.with_passkey(stranger, passkey.get(options))
    await bound.sessions.open_app_session(here.session.id, "payroll", "192.0.2.1", "Firefox")
    on_app = next(session for session in house.known.sessions.values() if session.parent == here.session.id)
    assert [here.session.device_id, on_app.device_id, elsewhere.session.device_id] == ["dev_laptop", "dev_laptop", ""]
    assert house.known.sessions[here.session.id].device_id == "dev_laptop"
    now = house.clock.now()
    await house.ports.write(lambda transaction: mark(transaction, "device", "dev_laptop", now + 1))
    assert house.known.session_state(on_app, "payroll", now) is SessionState.REVOKED
    assert house.known.session_state(here.session, "", now) is SessionState.REVOKED
    assert house.known.session_state(elsewhere.session, "", now) is SessionState.LIVE
    again = await bound.sign_in.with_passkey(visitor, passkey.get(await bound.sign_in.passkey_options(visitor)))
    assert house.known.session_state(again.session, "", now) is SessionState.LIVE
