from __future__ import annotations

import re

import pytest
from tests.web.conftest import Browser, House
from tests.web.data.conftest import filled, state

from limen.data.inventory.controls import Minimum
from limen.facts import Label
from limen.web.data import controls, overview

AT = "/console/data/controls"


def rows(page: str) -> list[str]:
    return re.findall(r'<tr id="([^"]+)">', page)


async def test_without_a_store_there_is_a_way_to_begin(house: House, ada: Browser) -> None:
    state(house)
    page = (await ada.get(AT)).text
    assert (rows(page), 'class="empty"' in page) == ([], True)


async def test_labels_that_ask_for_nothing_lack_no_more_than_an_inventory(house: House, ada: Browser) -> None:
    await filled(house)
    page = (await ada.get(AT)).text
    assert rows(page) == ["archive", "erp-inventory", "shares-need"]
    assert re.findall(r'<section class="card" id="([^"]+)">', page) == ["restricted", "confidential"]


async def test_what_labels_ask_for_is_held_against_each_store(
    house: House, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {Label.CONFIDENTIAL: Minimum(3, healthy=True, inside=True, encrypted=True, kept_ms=1)}
    for module in (controls, overview):
        monkeypatch.setattr(module, "needs", lambda _known: asked)
    await filled(house)
    page = (await ada.get(AT)).text
    found = rows(page)
    assert {"shares-device-wiki", "shares-need", "shares-sharing", "shares-encryption"} <= set(found)
    assert "shares-retention" in found
    assert {"erp-reach", "erp-encryption", "erp-inventory"} <= set(found)
    assert "archive" in found
