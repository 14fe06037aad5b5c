from __future__ import annotations

import asyncio
from pathlib import Path

from tests.data.inventory.inventories import CARD, NOW, folder_store
from tests.web.conftest import House

from limen.data.inventory import kept_items, kept_stores
from limen.data.inventory.kept_items import Sought
from limen.data.inventory.model import StatedStores, Store, StoreKind
from limen.data.inventory.service import keep_secret, owners_of
from limen.data.inventory.taking import Inventory
from limen.data.rules.stated import Condition, DataRules, LabelRule
from limen.facts import FactStore, Label, Person


def test_people_are_known_by_their_addresses() -> None:
    known = FactStore()
    known.people.put(Person("p_mia", "Mia", "Mia@Harbor.example"))
    assert owners_of(known) == {"mia@harbor.example": "p_mia"}


async def test_the_server_goes_through_the_stores_in_force_by_the_rules_in_force(house: House, tmp_path: Path) -> None:
    (tmp_path / "cards.txt").write_text(CARD)
    core, store = house.limen.core, folder_store(tmp_path)
    cards = LabelRule(Label.CONFIDENTIAL, when=(Condition(finds=("payment-card",)),))
    core.known.set_rules(DataRules, DataRules(labels=(cards,), stores=(store,)))
    core.known.set_rules(StatedStores, StatedStores({"share": store}))
    inventory = core.offers.take(Inventory)
    for _ in range(1_200):  # the server may be at it already
        await inventory.take(store)
        if (await inventory.states())["share"].whole_at:
            break
        await asyncio.sleep(0.05)
    number = await core.database.reading(lambda s: kept_items.number(s.connection, Sought(label=Label.CONFIDENTIAL)))
    assert number == 1
    core.known.set_rules(StatedStores, StatedStores())
    await inventory.forget()
    assert await core.database.reading(lambda s: kept_items.number(s.connection, Sought())) == 0


async def test_a_secret_is_kept_for_its_place_and_journaled_without_itself(house: House) -> None:
    core = house.limen.core
    store = Store("erp", StoreKind.POSTGRESQL, "postgresql://reader@db.harbor.example/erp", Label.RESTRICTED)
    await core.write(lambda t: keep_secret(t, core.keyring, store, "hunter2", NOW, by="p_ada"))
    secret = kept_stores.ASKED.secret_of
    assert await core.database.reading(lambda s: secret(s.connection, core.keyring, "erp", store.place)) == "hunter2"
    assert await core.database.reading(lambda s: secret(s.connection, core.keyring, "erp", "elsewhere")) == ""
