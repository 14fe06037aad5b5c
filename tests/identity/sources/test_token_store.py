from __future__ import annotations

import msgspec
import pytest
from tests.identity.conftest import House
from tests.identity.sources.conftest import HR

from limen.clock import DAY
from limen.credentials import Cause, Ending, end
from limen.identity.errors import UnfitError, UnknownError
from limen.identity.sources import token_store
from limen.identity.sources.model import SourceKind

SCIM = msgspec.structs.replace(HR, id="entra", kind=SourceKind.SCIM)


def test_a_token_is_known_by_its_hash_until_it_ends(house: House) -> None:
    write, read, now = house.database.write, house.database.read, house.clock.now()
    first = write(lambda t: token_store.make(t, SCIM, now, "p_ada"))
    second = write(lambda t: token_store.make(t, SCIM, now + 1, "p_ada"))
    with pytest.raises(UnfitError):
        write(lambda t: token_store.make(t, SCIM, now, "p_ada"))
    held = read(lambda s: token_store.TOKENS.holder(s.connection, first, now))
    assert held is not None
    assert held.service == "entra"
    write(lambda t: token_store.end(t, held.id, now, "p_ada"))
    assert read(lambda s: token_store.TOKENS.holder(s.connection, first, now)) is None
    assert read(lambda s: token_store.TOKENS.holder(s.connection, second, now)) is not None
    assert read(lambda s: token_store.TOKENS.holder(s.connection, second, now + 366 * DAY)) is None
    assert read(lambda s: token_store.TOKENS.of(s.connection, "entra", now + 366 * DAY)) == []
    with pytest.raises(UnknownError):
        write(lambda t: token_store.end(t, held.id, now, "p_ada"))
    said = [(one.kind, one.actor, one.details["source"]) for one in house.events() if "token" in one.kind]
    assert said == [
        ("people_source.token_made", "p_ada", "entra"),
        ("people_source.token_made", "p_ada", "entra"),
        ("people_source.token_ended", "p_ada", "entra"),
    ]
    assert not any(first in str(one) for one in house.events())


@pytest.mark.parametrize("token", ["", "x", "x" * 5_000, "\ud800"])
def test_what_is_no_token_opens_nothing(house: House, token: str) -> None:
    assert house.database.read(lambda s: token_store.TOKENS.holder(s.connection, token, house.clock.now())) is None


def test_a_source_that_is_asked_has_none(house: House) -> None:
    with pytest.raises(UnfitError):
        house.database.write(lambda t: token_store.make(t, HR, 1, ""))


def test_a_backup_brings_none_back(house: House) -> None:
    house.database.write(lambda t: token_store.make(t, SCIM, 1, ""))
    assert house.database.write(lambda t: end(t, Ending(cause=Cause.RESTORED, now=2)))["source_tokens"] == 1
