"""Tokens of programs: made by people and for workloads, listed, revoked, noted when used, forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from tests.identity.conftest import MORNING, House
from tests.identity.workload_terms import terms

from limen.clock import DAY, MINUTE
from limen.errors import LimenError
from limen.facts import App, Auth, FactStore, Session, SessionState, Upstream
from limen.facts.tokens import is_well_formed, token_hash
from limen.identity import projection, tokens, workloads
from limen.identity.app_token import Issued
from limen.identity.errors import FreshProofNeededError, NotLiveError, OpensConsoleOnlyError, UnknownError
from limen.identity.model import SignedIn, Visitor
from limen.storage import Feed
from limen.storage.database import Database

NOW = 1_790_000_000_000
WIKI = App("wiki", "Wiki", "wiki.harbor.example", Upstream(""))


def of_workload(database: Database, *, days: int = 30, actions: str = "view", app: str = "wiki") -> Issued:
    return tokens.add_for_workload(database, "ci", ["wiki"], app, [actions], days, "build", NOW, by="server")


async def test_a_workloads_token_is_known_until_it_is_over_or_revoked(where: str):
    database, known = Database.open(where), FactStore()
    feed = Feed(database, known)
    projection.register(feed, known, lambda: NOW)
    await feed.start()
    try:
        workloads.add(database, "ci", ["wiki"], ["staff"], 30, NOW, terms=terms(NOW), by="server")
        issued, other = of_workload(database), of_workload(database)
        await feed.settled()
        key = token_hash(issued.secret.encode())
        session, standing, facts = known.admit_with_token(key, WIKI, "203.0.113.9", NOW)
        assert session is not None
        assert standing is SessionState.LIVE
        assert (facts.person.is_workload, facts.person.groups, facts.auth.strength) == (True, {"staff"}, 1)
        assert known.admit_with_token(key, WIKI, "203.0.113.9", NOW + 30 * DAY)[1] is SessionState.ENDED
        tokens.revoke_on_server(database, issued.token.id, NOW, by="server")
        await feed.settled()
        assert known.admit_with_token(key, WIKI, "", NOW + 2)[1] is SessionState.REVOKED
        listed = database.read(tokens.listed)
        assert {one.id: (one.is_good(NOW), owner) for one, owner in listed} == {
            issued.token.id: (False, "ci"),
            other.token.id: (True, "ci"),
        }
        workloads.revoke(database, "ci", NOW + 5, by="server")
        workloads.add(database, "ci", ["wiki"], ["staff"], 30, NOW + 9, terms=terms(NOW + 9), by="server")
        await feed.settled()
        revived = known.admit_with_token(token_hash(other.secret.encode()), WIKI, "", NOW + 10)
        assert revived[1] is SessionState.REVOKED
    finally:
        await feed.stop()
        database.close()


@pytest.mark.parametrize("wrong", [{"days": 0}, {"days": 366}, {"app": "limen"}, {"app": "x"}, {"actions": "sign_in"}])
def test_a_token_that_makes_no_sense_is_not_made(where: str, wrong: dict[str, object]):
    database = Database.open(where)
    workloads.add(database, "ci", ["wiki"], [], 30, NOW, terms=terms(NOW), by="server")
    with pytest.raises(LimenError):
        of_workload(database, **wrong)  # type: ignore[arg-type]
    database.close()


async def made(house: House, ada: SignedIn, **other: Any) -> Issued:
    wanted: dict[str, Any] = {"app": "payroll", "actions": ["view"], "days": 30, "name": " Laptop  git "} | other
    return await house.parts.tokens.make(ada.session, 3, **wanted)


def standing(house: House, issued: Issued) -> SessionState:
    key = token_hash(issued.secret.encode())
    return house.known.admit_with_token(key, house.known.apps["payroll"], "203.0.113.9", house.clock.now())[1]


async def test_a_person_makes_a_token_that_proves_no_more_than_they_did(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    house.clock.forward(5 * MINUTE)
    issued = await made(house, ada)
    assert is_well_formed(issued.secret.encode())
    assert (issued.token.name, issued.token.expires_at) == ("Laptop git", house.clock.now() + 30 * DAY)
    assert issued.token.session.auth == Auth(2, frozenset(), MORNING, by_token=True)
    assert standing(house, issued) is SessionState.LIVE
    assert await house.parts.tokens.of_owner(ada.person.id) == [issued.token]
    assert await house.parts.tokens.of_app("payroll") == [issued.token]
    assert await house.parts.tokens.of_app("wiki") == await house.parts.tokens.of_owner("p_other") == []
    (told,) = house.events("token.made")
    assert (told.actor, told.subject, told.details["app"]) == (ada.person.id, ada.person.id, "payroll")
    assert issued.secret not in repr(house.events()) + repr(issued) + repr(house.known.tokens)


async def test_only_a_live_fresh_and_own_proof_makes_a_token(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    glass = Session("bg_1", ada.person.id, Auth(1, frozenset(), MORNING), MORNING, MORNING + DAY, DAY)
    house.known.sessions.put(b"g" * 32, glass)
    with pytest.raises(OpensConsoleOnlyError):
        await house.parts.tokens.make(glass, 1, app="payroll", actions=["view"], days=1, name="x")
    house.clock.forward(11 * MINUTE)
    with pytest.raises(FreshProofNeededError):
        await made(house, ada)
    await house.parts.sessions.sign_out(ada.session)
    with pytest.raises(NotLiveError):
        await made(house, ada)
    assert not house.events("token.made")


async def test_nobody_has_more_than_fifty_good_ones(
    house: House, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "MOST_OF_AN_OWNER", 2)
    ada = await house.administrator(house.passkey(), visitor)
    first = await made(house, ada)
    await made(house, ada)
    with pytest.raises(LimenError, match="already have 2 tokens"):
        await made(house, ada)
    await house.parts.tokens.revoke(first.token.id, by=ada.person.id)
    await made(house, ada)


async def test_revoking_is_felt_at_once_told_once_and_only_for_its_owner(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    issued = await made(house, ada)
    for wrong in ({"owner_id": "p_other"}, {"token_id": "t_none"}):
        asked = {"token_id": issued.token.id, "owner_id": ada.person.id} | wrong
        with pytest.raises(UnknownError):
            await house.parts.tokens.revoke(**asked, by=ada.person.id)
    assert standing(house, issued) is SessionState.LIVE
    for _ in range(2):
        await house.parts.tokens.revoke(issued.token.id, by="p_helper", owner_id=ada.person.id)
        assert standing(house, issued) is SessionState.REVOKED
    (told,) = house.events("token.revoked")
    assert (told.actor, told.subject, told.reason) == ("p_helper", ada.person.id, "revoked")
    (kept,) = await house.parts.tokens.of_owner(ada.person.id)
    assert kept.revoked_at == house.clock.now()
    assert house.parts.tokens.row(kept).state is SessionState.REVOKED


async def test_a_row_says_what_a_token_is_worth_whatever_ended_it(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    token = (await made(house, ada, days=1)).token
    assert house.parts.tokens.row(token).is_good
    house.clock.forward(DAY)
    assert house.parts.tokens.row(token).state is SessionState.ENDED
    await house.parts.sessions.revoke_person(ada.person.id, by=ada.person.id)
    assert house.parts.tokens.row(token).state is SessionState.REVOKED


async def test_a_use_is_written_down_once_for_a_day_and_a_network(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    issued, _ = await made(house, ada), await made(house, ada, name="never used")
    assert await house.parts.tokens.save_uses() == 0
    assert standing(house, issued) is SessionState.LIVE
    assert [await house.parts.tokens.save_uses() for _ in range(2)] == [1, 0]
    kept = await house.parts.tokens.of_owner(ada.person.id)
    assert {(one.used_on, one.used_from) for one in kept} == {(0, ""), (MORNING - MORNING % DAY, "203.0.113.0/24")}
    rows = {(row.used_at, row.used_from) for row in map(house.parts.tokens.row, kept)}
    assert rows == {(0, ""), (MORNING, "203.0.113.0/24")}
    house.clock.forward(MINUTE)
    assert standing(house, issued) is SessionState.LIVE
    assert await house.parts.tokens.save_uses() == 0
    house.clock.forward(DAY)
    assert standing(house, issued) is SessionState.LIVE
    assert await house.parts.tokens.save_uses() == 1


async def test_what_is_over_is_forgotten_after_a_month_and_an_app_that_is_gone_ends_its_tokens(
    house: House, visitor: Visitor
) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    issued = await made(house, ada, days=40)
    assert await house.parts.tokens.purge() == 0
    payroll = house.known.apps["payroll"]
    house.known.set_company([house.known.apps["limen"]], [])
    await house.parts.tokens.purge()
    house.known.set_company([house.known.apps["limen"], payroll], [])
    assert standing(house, issued) is SessionState.REVOKED
    assert [event.reason for event in house.events("token.revoked")] == ["app-removed"]
    house.clock.forward(tokens.KEPT_MS)
    assert await house.parts.tokens.purge() == 0
    house.clock.forward(1)
    assert await house.parts.tokens.purge() == 1
    assert await house.parts.tokens.of_owner(ada.person.id) == []
    assert issued.token.id not in house.known.tokens
