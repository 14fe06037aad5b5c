from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.data.inventory.inventories import CARD, folder_store

from limen.clock import SystemClock
from limen.data.documents import WhyNot
from limen.data.inventory import by_command, kept_items
from limen.data.inventory.by_command import ByTheRules, TellsNobody, inventory_by_command
from limen.data.inventory.kept_items import Sought
from limen.data.rules.content_scanner import ContentScanner
from limen.data.rules.looked_for import scanner_of
from limen.data.rules.model import Channel, Passing
from limen.data.rules.stated import Condition, DataRules, LabelRule
from limen.enforcement.resolving import Resolver
from limen.facts import Label
from limen.storage import Database, Keyring

CARDS = LabelRule(Label.CONFIDENTIAL, when=(Condition(finds=("payment-card",)),))
RULES = DataRules(labels=(CARDS,), use=frozenset({"payment-card"}))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(f"sqlite:///{tmp_path / 'limen.db'}")
    yield opened
    opened.close()


async def test_a_command_takes_inventory_by_the_published_rules(database: Database, tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    (share / "cards.txt").write_text(CARD)
    store = folder_store(share)
    rules = DataRules(labels=RULES.labels, use=RULES.use, stores=(store,))
    keyring = Keyring.open(database, b"m" * 32)
    inventory = inventory_by_command(
        database, keyring, SystemClock(), rules, Resolver, domain="harbor.example", owners={}
    )
    assert await inventory.take(store, to_the_end=True)
    found = database.read(lambda s: kept_items.items(s.connection, Sought(), most=5))
    assert [(one.path, one.label) for one in found] == [("cards.txt", Label.CONFIDENTIAL)]


async def test_what_is_no_text_or_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    looking = ByTheRules(RULES, ContentScanner(scanner_of(RULES, b"k" * 32), ()))
    assert (await looking.inspect(b"PK\0\0")).why_not == {WhyNot.UNKNOWN_KIND}
    monkeypatch.setattr(by_command, "LARGEST", 3)
    assert (await looking.inspect(b"12345")).why_not == {WhyNot.TOO_LARGE}
    monkeypatch.undo()

    async def body() -> AsyncIterator[bytes]:
        yield CARD.encode()[:9]
        yield CARD.encode()[9:]

    inspected = await looking.inspect(body())
    assert looking.judge(Passing(Channel.SHARE), inspected).label is Label.CONFIDENTIAL
    TellsNobody().tell("share", "broken", 1)
