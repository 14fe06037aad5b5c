"""The key by which a browser proves that it is the same: kept once, and what hangs on its sign-in counts on."""

from __future__ import annotations

from tests.identity.conftest import House

from limen.facts.assembling import OVER
from limen.identity.model import Visitor
from limen.identity.store import sessions
from limen.opaque import hash_of
from limen.ties import AT_THE_CHANGE


async def test_the_first_key_stays_and_ties_what_the_sign_in_has_opened(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    opened = hash_of(await house.parts.sessions.open_app_session(ada.session.id, "payroll", "", ""))
    keys, now = house.parts.browser_keys, house.clock.now()
    assert (await keys.of(ada.session.id), house.known.session(opened).tied_from) == ("", 0)
    assert [await keys.keep(ada.session.id, one) for one in ("{}", '{"kty":"EC"}')] == [True, False]
    assert await keys.of(ada.session.id) == "{}"
    assert house.known.sessions[ada.session.id].tied_from == now + AT_THE_CHANGE
    child = house.known.session(opened)
    assert (child.tied_from, child.bound_until) == (now + AT_THE_CHANGE, OVER)


async def test_an_app_that_is_opened_while_the_key_is_registered_counts_with_a_tie_as_well(
    house: House, visitor: Visitor
) -> None:
    """Facts learn of a key a moment after the database."""
    ada = await house.administrator(house.passkey(), visitor)
    tied_from = house.clock.now() + AT_THE_CHANGE
    await house.ports.write(lambda t: sessions.keep_browser_key(t.connection, ada.session.id, "{}", tied_from))
    assert not house.known.sessions[ada.session.id].tied_from
    opened = hash_of(await house.parts.sessions.open_app_session(ada.session.id, "payroll", "", ""))
    child = house.known.session(opened)
    assert (child.tied_from, child.bound_until) == (house.clock.now(), tied_from)
