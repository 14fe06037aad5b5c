"""Inventory taken by a command: the same rules, and documents looked into beside it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.data.inventory.inventories import CARD, folder_store

from limen.clock import SystemClock
from limen.data.inventory import kept_items
from limen.data.inventory.by_command import TellsNobody, inventory_by_command
from limen.data.inventory.kept_items import Sought
from limen.data.rules.stated import Condition, DataRules, LabelRule
from limen.enforcement.resolving import Resolver
from limen.facts import Label
from limen.storage import Database, Keyring

CARDS = LabelRule(Label.CONFIDENTIAL, when=(Condition(finds=("payment-card",)),))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(f"sqlite:///{tmp_path / 'limen.db'}")
    yield opened
    opened.close()


@pytest.fixture
def share(tmp_path: Path) -> Path:
    below = tmp_path / "share"
    below.mkdir()
    (below / "plan.txt").write_text("nothing")
    with zipfile.ZipFile(below / "orders.zip", "w") as packed:
        packed.writestr("orders.txt", f"We paid by {CARD}. " + "x" * 100_000)
    return below


async def test_a_command_looks_into_documents_by_the_published_rules(database: Database, share: Path) -> None:
    store = folder_store(share)
    rules = DataRules(labels=(CARDS,), use=frozenset({"payment-card"}), stores=(store,))
    keyring = Keyring.open(database, b"m" * 32)
    words = {"domains": ("harbor.example",), "owners": {}}
    with inventory_by_command(database, keyring, SystemClock(), rules, Resolver, **words) as inventory:
        assert await inventory.take(store, to_the_end=True)
    found = database.read(lambda s: kept_items.items(s.connection, Sought(), most=5))
    assert [(one.path, one.label, one.why_not) for one in found] == [
        ("orders.zip", Label.CONFIDENTIAL, ()),
        ("plan.txt", None, ()),
    ]
    TellsNobody().tell("share", "broken", 1)
