"""The page *Label a document*, as a browser uses it; and rules by which a document has a label and who may lower it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import httpx2
import pytest
from tests.data.data_yaml import rules_of
from tests.data.labels.made import MICROSOFT_ID
from tests.web.conftest import OUR_PAGE, Browser, House

from limen.data import current_inspection
from limen.data.labels import carriers
from limen.data.labels.marks import PURPOSE, Marks
from limen.data.labels.model import Claim
from limen.data.made_inspection import MadeInspection, made_for
from limen.data.rules.stated import DataRules

AT = "/data/label"
ACCOUNT, CARD = "IBAN DE89 3704 0044 0532 0130 00", "Visa card: 4111 1111 1111 1111, valid until 12/29"
RULES = rules_of(
    "labels:\n"
    f"  confidential: {{when: [{{finds: [iban]}}], lowered_by: [finance], microsoft: [{MICROSOFT_ID}]}}\n"
    "  restricted: {when: [{finds: [payment-card]}], lowered_by: [eve@harbor.example]}\n"
)


@pytest.fixture(scope="session")
def one_inspection() -> Iterator[MadeInspection]:
    made = made_for(RULES, (), None, bytes(32))  # type: ignore[arg-type] -- there are no lists
    made.uses = 1
    yield made
    made.pool.close()


@pytest.fixture
def quick(one_inspection: MadeInspection, monkeypatch: pytest.MonkeyPatch) -> None:
    """What looks into documents is the same for all tests of these rules: it takes seconds to make."""
    monkeypatch.setattr(current_inspection, "_made_for", lambda *_: replace(one_inspection, lists=()))


async def arrived(house: House, name: str, *groups: str) -> Browser:
    """Somebody of these groups, in a company with these rules."""
    house.limen.known.set_rules(DataRules, RULES)
    browser = house.browser()
    await house.member(browser, name, *groups)
    await browser.get(AT)
    return browser


async def look(browser: Browser, data: bytes, name: str = "offer.docx") -> httpx2.Response:
    return await send(browser, f"{AT}/look", data, name)


async def give(browser: Browser, data: bytes, label: str, why: str = "", name: str = "offer.docx") -> httpx2.Response:
    return await send(browser, AT, data, name, label=label, why=why)


async def send(browser: Browser, at: str, data: bytes, name: str = "offer.docx", **said: str) -> httpx2.Response:
    """Whatever a browser says of the file's kind."""
    files = {"file": (name, data, "text/html")}
    return await browser.client.post(at, data={"csrf": browser.csrf, **said}, files=files, headers=OUR_PAGE)


def shown(page: httpx2.Response, place: str) -> str:
    """The words at this place of the page."""
    found = re.search(rf'id="{place}"[^>]*>(.*?)</(?:dd|p|div|section)>', page.text, re.DOTALL)
    assert found is not None, page.text
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def open_to(page: httpx2.Response) -> dict[str, bool]:
    """By label, whether it can be chosen."""
    radios = re.findall(r'<input type="radio" name="label" value="(\w+)" required([^>]*)>', page.text)
    return {word: "disabled" not in more for word, more in radios}


def claim_of(house: House, data: bytes) -> Claim:
    """What a document claims, and how far Limen believes it."""
    return Marks(house.limen.core.keyring.keys_for(PURPOSE)).claim(carriers.read(data), RULES.microsoft)
