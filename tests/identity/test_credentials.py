"""How each kind of identity's ends, for each cause, seen in the rows."""

from __future__ import annotations

import pytest
from tests.identity.conftest import PASSWORD, House
from tests.identity.test_factors import add

from limen import credentials
from limen.credentials import CREDENTIALS, Cause, Ending, Stays
from limen.facts import Factor
from limen.identity.credentials import KINDS
from limen.identity.errors import UnknownError
from limen.identity.model import Visitor
from limen.identity.store import factors, upkeep
from limen.storage.database import Transaction

ALL = frozenset({Factor.PASSKEY, Factor.PASSWORD, Factor.CODE})


async def ben_with_everything(house: House, visitor: Visitor) -> str:
    ben, _ = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    await add(house, ben, visitor)
    return ben.person.id


async def ended(house: House, cause: Cause, holder: str, **more: object) -> dict[str, int]:
    ending = Ending(cause=cause, holder=holder, now=house.clock.now(), by="p_ada", **more)  # type: ignore[arg-type]
    return await house.ports.write(lambda transaction: credentials.end(transaction, ending))


@pytest.mark.parametrize(
    ("cause", "left"),
    [
        (Cause.DEACTIVATED, frozenset()),
        (Cause.MOVED, ALL),
        (Cause.SIGNED_OUT, ALL),
        (Cause.STOLEN, frozenset()),
        (Cause.ERASED, frozenset()),
    ],
)
async def test_which_factors_are_left(house: House, visitor: Visitor, cause: Cause, left: frozenset[Factor]) -> None:
    ben = await ben_with_everything(house, visitor)
    await ended(house, cause, ben)
    held = await house.parts.factors.of_person(ben)
    assert held.factors == left
    said = {str(event.details["factor"]) for event in house.events("factor.removed")}
    assert said == (set() if left or cause is Cause.ERASED else {str(factor) for factor in ALL})


async def test_passkeys_of_who_never_had_a_password_outlive_being_let_go(house: House, visitor: Visitor) -> None:
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    assert (await ended(house, Cause.DEACTIVATED, ben.person.id))["passkeys"] == 0
    assert (await house.parts.factors.of_person(ben.person.id)).factors == {Factor.PASSKEY}


async def test_spared_passkeys_stay_and_one_that_is_lost_must_be_theirs(house: House, visitor: Visitor) -> None:
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    second = await add(house, ben, visitor)
    await ended(house, Cause.STOLEN, ben.person.id, spared=frozenset({second}))
    assert [key.id for key in (await house.parts.factors.of_person(ben.person.id)).passkeys] == [second]
    with pytest.raises(UnknownError):
        await ended(house, Cause.LOST, ben.person.id, passkey="k_somebody-elses")
    assert (await ended(house, Cause.LOST, ben.person.id, passkey=second))["passkeys"] == 1


async def test_nothing_of_anybody_else_ends(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    await house.parts.recovery.make(ada.session)
    ben = await ben_with_everything(house, visitor)
    for cause in (Cause.DEACTIVATED, Cause.MOVED, Cause.SIGNED_OUT, Cause.STOLEN, Cause.ERASED):
        await ended(house, cause, ben)
    assert house.parts.sessions.live(ada.session)
    assert (await house.parts.recovery.left(ada.person.id)).count == 10
    assert house.database.read(lambda s: factors.held_by(s.connection, ada.person.id)) == {Factor.PASSKEY}


async def test_after_a_restore_what_was_issued_is_dead_and_factors_stay(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    await house.parts.recovery.make(ada.session)
    await house.invited("Eve", "eve@harbor.example")
    ben = await ben_with_everything(house, visitor)

    def restored(transaction: Transaction) -> dict[str, int]:
        return credentials.end(transaction, Ending(cause=Cause.RESTORED, now=house.clock.now()))

    done = await house.ports.write(restored)
    assert {name: done[name] for name in ("links", "recovery_codes", "browsers")} == {
        "links": 1,
        "recovery_codes": 10,
        "browsers": 2,
    }
    assert house.database.read(lambda s: factors.held_by(s.connection, ben)) == ALL
    assert house.database.read(lambda s: upkeep.sealed_key(s.connection, "challenges")) is None
    assert set(done) <= {*CREDENTIALS}
    assert {kind.name for kind in KINDS if not isinstance(kind.restored, Stays)} <= set(done)
