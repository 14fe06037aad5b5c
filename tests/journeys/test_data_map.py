"""Stores of data in a real browser: from the map to what is worst in one, and to a list that is taken out."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import heading

from limen.data.inventory.model import StatedStores, Store, StoreKind
from limen.data.inventory.taking import Inventory
from limen.data.rules.stated import NO_RULES, Condition, DataRules, LabelRule
from limen.facts import Label

AT = "/console/data"
CARDS = LabelRule(Label.CONFIDENTIAL, (Condition(finds=("payment-card",)),), strength=3, encrypted=True, inside=True)


@pytest.fixture
def shares(harbor: Any, tmp_path: Path) -> Any:
    """A share with what should not be there, gone through by the rules of now; stated no more afterwards."""
    for name, text in {"sales/orders.csv": "Visa 4111 1111 1111 1111", "plan.txt": "We build boats"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    store = Store("shares", StoreKind.FOLDER, str(tmp_path), Label.INTERNAL, reached_by=("wiki",), needed_by=("hr",))
    known = harbor.limen.known

    async def state() -> None:
        known.set_rules(DataRules, replace(NO_RULES, labels=(CARDS,), stores=(store,)))
        known.set_rules(StatedStores, StatedStores({"shares": store}))
        inventory = harbor.limen.core.offers.take(Inventory)
        while not (await inventory.states()).get("shares") or not (await inventory.states())["shares"].whole_at:
            await inventory.take(store)

    async def unstate() -> None:
        known.set_rules(DataRules, NO_RULES)
        known.set_rules(StatedStores, StatedStores())

    harbor.run(state())
    yield store
    harbor.run(unstate())


@pytest.mark.usefixtures("shares")
def test_from_the_map_to_what_is_worst_and_out(harbor: Any, ada: Any) -> None:
    ada.page.goto(harbor.origin + AT)
    expect(heading(ada)).to_have_text("Data map")
    ada.clean_both_ways()
    ada.page.get_by_role("region", name="Stores as a picture").focus()
    ada.page.keyboard.press("Tab")
    expect(ada.page.locator("svg.data-map a.confidential.exposed")).to_be_focused()
    ada.page.keyboard.press("Enter")
    expect(heading(ada)).to_have_text(re.compile("^shares"))
    expect(ada.page.locator("#above")).to_contain_text("sales/orders.csv")
    ada.clean_both_ways()
    ada.page.locator("#above").get_by_role("link", name="See all").click()
    expect(heading(ada)).to_have_text("Documents")
    expect(ada.page.locator("tbody tr")).to_have_count(1)
    ada.clean_both_ways()
    with ada.page.expect_download() as download:
        ada.page.get_by_role("link", name="CSV").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text("utf-8").splitlines()))
    assert [(one["path"], one["label"]) for one in rows] == [("sales/orders.csv", "confidential")]


@pytest.mark.usefixtures("shares")
def test_what_a_label_needs_is_held_against_its_stores(harbor: Any, ada: Any) -> None:
    ada.page.goto(f"{harbor.origin}{AT}/controls")
    expect(ada.page.locator("#shares-encryption")).to_be_visible()
    ada.clean_both_ways()
    ada.page.locator("#shares-encryption").get_by_role("link").click()
    ada.page.get_by_role("button", name="Go through it now").click()
    expect(ada.page.get_by_role("status")).to_be_visible()
    ada.clean()


def test_without_a_store_the_map_says_how_to_begin(harbor: Any, ada: Any) -> None:
    ada.page.goto(harbor.origin + AT)
    expect(ada.page.locator(".empty")).to_contain_text("limen data inventory")
    ada.clean_both_ways()
