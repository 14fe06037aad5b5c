"""Identity put together, and what it carries over a restart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.identity.conftest import House

from limen.identity import services
from limen.identity.errors import RelyingPartyChangedError, SignInFailedError, SlowedError
from limen.identity.guesses import PACES
from limen.identity.model import Visitor
from limen.settings import Settings


async def test_a_challenge_outlives_a_restart(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    await house.administrator(passkey, visitor)
    options = await house.parts.sign_in.passkey_options(visitor)
    again = await services.build(house.ports, house.parts.passwords)
    assert (await again.sign_in.with_passkey(visitor, passkey.get(options))).session.auth.strength == 3


async def test_guesses_outlive_a_restart(house: House, visitor: Visitor) -> None:
    for _ in range(PACES["person"].free + 1):
        with pytest.raises(SignInFailedError):
            await house.parts.sign_in.with_password(visitor, "ben@harbor.example", "wrong")
    await house.parts.keep_up()
    again = await services.build(house.ports, house.parts.passwords)
    with pytest.raises(SlowedError):
        await again.sign_in.with_password(visitor, "ben@harbor.example", "wrong")


async def test_the_sign_in_host_may_change_until_the_first_passkey_exists(house: House, visitor: Visitor) -> None:
    moved = replace(
        house.ports, settings=Settings(name="Harbor", domain="harbor.example", url="https://id.harbor.example")
    )
    await services.build(moved, house.parts.passwords)
    await services.build(house.ports, house.parts.passwords)
    await house.administrator(house.passkey(), visitor)
    with pytest.raises(RelyingPartyChangedError, match=r"limen\.harbor\.example"):
        await services.build(moved, house.parts.passwords)
    await services.build(house.ports, house.parts.passwords)


async def test_the_key_of_challenges_is_kept_sealed(house: House) -> None:
    from limen.identity.store import upkeep

    sealed = house.database.read(lambda s: upkeep.sealed_key(s.connection, "challenges"))
    key = house.ports.keyring.open_sealed("identity_keys", "challenges", "sealed", sealed)
    assert len(key) == 32
    assert key not in sealed


async def test_keeping_up_writes_what_only_memory_holds(house: House, visitor: Visitor) -> None:
    from limen.identity.store import sessions

    ada = await house.administrator(house.passkey(), visitor)
    house.clock.forward(1_000)
    house.known.used(ada.session, house.clock.now())
    await house.parts.keep_up()
    kept = house.database.read(lambda s: sessions.by_id(s.connection, ada.session.id))
    assert kept[2] == house.clock.now()
