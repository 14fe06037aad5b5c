from __future__ import annotations

from pathlib import Path

import pytest

from limen.clock import DAY
from limen.errors import LimenError
from limen.facts import App, Known, Standing, Upstream
from limen.facts.tokens import token_hash
from limen.identity import project, tokens, workloads
from limen.identity.app_token import Issued
from limen.storage import Feed
from limen.storage.database import Database

NOW = 1_790_000_000_000
WIKI = App("wiki", "Wiki", "wiki.harbor.example", Upstream(""))


def of_workload(database: Database, *, days: int = 30, actions: str = "view", app: str = "wiki") -> Issued:
    return tokens.add_for_workload(database, "ci", ["wiki"], app, [actions], days, "build", NOW, by="server")


async def test_a_workloads_token_is_known_until_it_is_over_or_revoked(tmp_path: Path):
    database, known = Database.open(tmp_path / "limen.db"), Known()
    feed = Feed(database, known)
    project.register(feed, known, lambda: NOW)
    await feed.start()
    try:
        workloads.add(database, "ci", ["wiki"], ["staff"], 30, NOW, by="server")
        issued, other = of_workload(database), of_workload(database)
        await feed.settled()
        key = token_hash(issued.secret.encode())
        session, standing, facts = known.enter_with_token(key, WIKI, "203.0.113.9", NOW)
        assert session is not None
        assert standing is Standing.LIVE
        assert (facts.person.is_workload, facts.person.groups, facts.auth.strength) == (True, {"staff"}, 1)
        assert known.enter_with_token(key, WIKI, "203.0.113.9", NOW + 30 * DAY)[1] is Standing.ENDED
        tokens.revoke_on_server(database, issued.token.id, NOW, by="server")
        await feed.settled()
        assert known.enter_with_token(key, WIKI, "", NOW + 2)[1] is Standing.REVOKED
        listed = database.read(tokens.listed)
        assert {one.id: (one.is_good(NOW), owner) for one, owner in listed} == {
            issued.token.id: (False, "ci"),
            other.token.id: (True, "ci"),
        }
        workloads.revoke(database, "ci", NOW + 5, by="server")
        workloads.add(database, "ci", ["wiki"], ["staff"], 30, NOW + 9, by="server")
        await feed.settled()
        revived = known.enter_with_token(token_hash(other.secret.encode()), WIKI, "", NOW + 10)
        assert revived[1] is Standing.REVOKED
    finally:
        await feed.stop()
        database.close()


@pytest.mark.parametrize("wrong", [{"days": 0}, {"days": 366}, {"app": "limen"}, {"app": "x"}, {"actions": "sign_in"}])
def test_a_token_that_makes_no_sense_is_not_made(tmp_path: Path, wrong: dict[str, object]):
    database = Database.open(tmp_path / "limen.db")
    workloads.add(database, "ci", ["wiki"], [], 30, NOW, by="server")
    with pytest.raises(LimenError):
        of_workload(database, **wrong)  # type: ignore[arg-type]
    database.close()
