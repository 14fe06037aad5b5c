"""Identity as a part: what it ends after a restore, and which changes it announces when somebody is erased."""

from __future__ import annotations

from tests.identity.conftest import House

from limen.identity.model import Visitor
from limen.identity.pillar import PILLAR
from limen.identity.store.erasure import keys_of
from limen.identity.store.sessions import not_before_of
from limen.pillars import end_at_restore


async def test_a_restore_ends_every_session_and_link(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    await house.invited()
    ended = await house.ports.write(lambda transaction: end_at_restore(transaction, house.clock.now()))
    again = await house.ports.write(lambda transaction: end_at_restore(transaction, house.clock.now()))
    assert (ended["links"], again["links"]) == (1, 0)
    assert await house.ports.read(lambda snapshot: not_before_of(snapshot.connection, "company", "")) > 0


async def test_who_is_erased_is_announced_by_their_sessions_and_tokens(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    person = ada.session.person_id
    changes = await house.ports.read(lambda snapshot: list(PILLAR.changed_by_erasing(snapshot.connection, person)))
    sessions, tokens = await house.ports.read(lambda snapshot: keys_of(snapshot.connection, person))
    issued = [*(("session", one) for one in sessions), *(("app_token", one) for one in tokens)]
    assert changes == [*issued, ("enrolled", person)]
    assert sessions
