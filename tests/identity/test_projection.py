"""How identity's rows become facts."""

from __future__ import annotations

from tests.identity.conftest import House

from limen.facts import FactStore, SessionState
from limen.identity import projection
from limen.identity.model import Visitor
from limen.identity.store import sessions, tables


def reread(house: House) -> FactStore:
    known = FactStore()
    house.database.read(lambda s: projection.read_all(s, house.clock.now()))(known)
    return known


async def test_a_restart_knows_all_that_was_known(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    await house.invited()
    await house.parts.sessions.open_app_session(ada.session.id, "payroll", "", "")
    known = reread(house)
    assert known.people == house.known.people
    assert known.sessions == house.known.sessions
    assert known.session(ada.token.hash) == ada.session


async def test_a_restart_revives_nothing_that_was_revoked(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    one = await house.administrator(passkey, visitor)
    two = await house.sign_in(passkey, visitor)
    await house.parts.sessions.revoke(one.session.id, by="")
    known, now = reread(house), house.clock.now()
    assert known.session_state(known.sessions[one.session.id], "", now) is SessionState.REVOKED
    assert known.session_state(known.sessions[two.session.id], "", now) is SessionState.LIVE
    await house.parts.sessions.panic(by="")
    known = reread(house)
    assert known.session_state(known.sessions[two.session.id], "", now) is SessionState.REVOKED


async def test_reading_all_again_drops_what_is_gone(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    known = reread(house)
    house.database.write(lambda t: sessions.remove(t.connection, ada.session.id))
    house.database.write(lambda t: t.connection.execute(tables.people.delete()))
    house.database.read(lambda s: projection.read_all(s, house.clock.now()))(known)
    assert known.sessions == {}
    assert known.people == {}


async def test_a_session_that_is_gone_takes_its_app_sessions_with_it(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    await house.parts.sessions.open_app_session(ada.session.id, "payroll", "", "")
    house.database.write(lambda t: sessions.remove(t.connection, ada.session.id))
    house.database.read(lambda s: projection.read_one("session", s, ada.session.id))(house.known)
    assert house.known.sessions == {}


async def test_a_person_that_is_gone_is_forgotten(house: House) -> None:
    person_id = (await house.invited()).link.person_id
    house.database.write(lambda t: t.connection.execute(tables.people.delete()))
    house.database.read(lambda s: projection.read_one("person", s, person_id))(house.known)
    assert house.known.people == {}


async def test_a_mark_of_the_company_has_an_empty_key(house: House) -> None:
    house.database.write(lambda t: sessions.raise_not_before(t.connection, "company", "", 7))
    known = FactStore()
    house.database.read(lambda s: projection.read_not_before(s, "company:"))(known)
    assert known._not_before._at == {("company", ""): 7}
