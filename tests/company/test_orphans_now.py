from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.access_folder import folder
from tests.identity.workload_terms import terms

from limen.access.least.orphans import Credential, Why
from limen.clock import DAY
from limen.company.gate import people_of
from limen.company.load import load_company
from limen.company.orphans_now import held_now, orphans_now
from limen.enforcement.ssh import store as ssh
from limen.identity import workloads
from limen.identity.app_token import AppToken
from limen.identity.store import app_tokens
from limen.storage import Database
from limen.storage.journal.usage import Use

__all__ = ["folder"]
NOW = 1_800_000_000_000


@pytest.fixture
def database(folder: Path) -> object:
    opened = Database.open(folder / "data" / "limen.db")
    yield opened
    opened.close()


def token(name: str, owner: str, **other: int) -> AppToken:
    said = {"made_at": NOW - 200 * DAY, "expires_at": NOW + DAY, **other}
    return AppToken(name, owner, name, "wiki", frozenset({"view"}), 2, NOW, **said)


def test_what_is_held_and_good_is_looked_at(database: Database, folder: Path) -> None:
    for number, one in enumerate(
        [
            token("used", "p_oscar", used_on=NOW - DAY),
            token("idle", "p_oscar"),
            token("over", "p_oscar", expires_at=NOW),
            token("revoked", "p_oscar", revoked_at=NOW - DAY),
            token("strays", "p_nobody", used_on=NOW - DAY),
        ]
    ):
        database.write(lambda t, one=one, number=number: app_tokens.add(t.connection, one, bytes([number]) * 32))
    database.write(lambda t: ssh.add_account(t.connection, "p_gone", "gone"))
    robot = workloads.add(
        database, "batch", ["crm"], [], 300, NOW - 100 * DAY, terms=terms(NOW - 100 * DAY), by="server"
    ).workload
    held = database.read(lambda s: held_now(s, [], NOW))
    assert {one.name for one in held} == {"used", "idle", "strays", "gone", "batch"}
    company = load_company(folder)
    people = {one.person.id: one.person for one in database.read(people_of)}
    found = {(one.kind, one.name): one.why for one in orphans_now(company, people, held, NOW - 90 * DAY)}
    assert found["token", "idle"] is Why.UNUSED
    assert found["token", "strays"] is Why.HOLDER_GONE
    assert found["account", "gone"] is Why.HOLDER_GONE
    assert found["service", "batch"] is Why.UNUSED
    assert ("token", "used") not in found
    asks = Use(robot.id, "crm", "view", "deny", (), "r1", 1, NOW - DAY)
    held = database.read(lambda s: held_now(s, [asks], NOW))
    assert Credential("service", robot.id, "batch", "", ("crm",), NOW - 100 * DAY, NOW - DAY) in held


def test_groups_that_only_policies_in_force_or_watched_name_count(database: Database, folder: Path) -> None:
    company = load_company(folder)
    people = {one.person.id: one.person for one in database.read(people_of)}
    found = {one.id: one.about for one in orphans_now(company, people, (), 0) if one.kind == "group"}
    assert "finance-payroll" in found["finance"]
    assert "sales" not in found
