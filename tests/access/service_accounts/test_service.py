"""Directories are asked in turn; a claim has an owner, a purpose and an end, and can be released."""

from __future__ import annotations

from typing import Any

import pytest
from tests.access.membership.at_slapd import AtSlapd, office, there

from limen.access.service_accounts import store
from limen.access.service_accounts.model import Seen, ServiceAccount
from limen.access.service_accounts.service import EVERY, Claim, ServiceAccounts, claim, release, take_over
from limen.clock import DAY
from limen.errors import LimenError
from limen.pillars import pillars
from limen.storage import Database

__all__ = ["office", "there"]
NOW = 1_800_000_000_000
BACKUP = Seen(external_id="1", kind="principal", name="backup", secrets=1, secret_at=5)
CLAIM = Claim("p_ada", "Backs up files", NOW + 90 * DAY)


@pytest.fixture
def database(where: str) -> Database:
    pillars()
    found = Database.open(where)
    found.write(lambda t: take_over(t, "corp", [BACKUP], NOW))
    return found


def the_one(database: Database) -> ServiceAccount:
    (found,) = database.read(lambda s: store.every(s.connection))
    return found


def test_somebody_answers_for_it_until_the_end_or_its_release(database: Database) -> None:
    one = the_one(database)
    database.write(lambda t: claim(t, one.id, CLAIM, NOW, by="p_root"))
    claimed = the_one(database)
    assert (claimed.owner, claimed.purpose, claimed.is_claimed(NOW), claimed.is_claimed(CLAIM.until)) == (
        "p_ada",
        "Backs up files",
        True,
        False,
    )
    database.write(lambda t: release(t, one.id, NOW, by="p_root"))
    assert the_one(database).owner == ""
    with pytest.raises(LimenError):
        database.write(lambda t: release(t, one.id, NOW, by="p_root"))


@pytest.mark.parametrize(
    "wrong",
    [
        Claim("", "x", NOW + DAY),
        Claim("p_ada", " ", NOW + DAY),
        Claim("p_ada", "x", NOW),
        Claim("p_ada", "x", NOW + 367 * DAY),
    ],
)
def test_a_claim_without_owner_purpose_or_end_is_none(database: Database, wrong: Claim) -> None:
    one = the_one(database)
    with pytest.raises(LimenError):
        database.write(lambda t: claim(t, one.id, wrong, NOW, by="p_root"))
    with pytest.raises(LimenError):
        database.write(lambda t: claim(t, "sa_none", CLAIM, NOW, by="p_root"))
    assert the_one(database).owner == ""


def test_a_turn_is_begun_by_one_worker_and_its_error_is_kept(database: Database) -> None:
    def turn(at: int) -> bool:
        return database.write(lambda t: store.begin(t.connection, "cloud", at, at - EVERY))

    assert [turn(NOW), turn(NOW + 1), turn(NOW + EVERY + 2)] == [True, False, True]
    database.write(lambda t: store.end(t.connection, "cloud", NOW, "unreachable"))
    kept: dict[str, Any] = {one.directory: one for one in database.read(lambda s: store.turns(s.connection))}
    assert (kept["cloud"].error, kept["cloud"].done_at) == ("unreachable", 0)
    database.write(lambda t: store.end(t.connection, "cloud", NOW, ""))
    kept = {one.directory: one for one in database.read(lambda s: store.turns(s.connection))}
    assert (kept["cloud"].error, kept["cloud"].done_at) == ("", NOW)


@pytest.mark.slow
async def test_a_real_directory_is_asked_and_asked_again_when_it_is_due(office: AtSlapd) -> None:
    accounts = office.house.limen.core.offers.take(ServiceAccounts)
    assert await accounts.look_when_due() in {0, 1}  # the server may have asked it already
    await accounts.look("office")
    every, turns = await accounts.every()
    assert [(one.directory, one.error) for one in turns] == [("office", "")]
    assert every
    assert {one.directory for one in every} == {"office"}
    assert await accounts.look_when_due() == 0
