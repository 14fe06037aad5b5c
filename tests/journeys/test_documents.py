"""Documents that rules on data stop at the gateway: what people see, say and find again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import heading

from limen.company.yaml_text import read_yaml
from limen.configuration.tree import Tree
from limen.data.reading import read
from limen.data.rules.stated import NO_RULES, DataRules
from limen.pillar import Around

CARD = "4012 8888 8888 1881"
RULES = """
rules:
  - id: cards-up
    title: Card numbers go into an app
    channels: [upload]
    apps: [wiki]
    when: [{finds: [payment-card]}]
    then: warn
    why: Card numbers stay with the bank.
    ask: finance
  - id: cards-down
    title: Card numbers leave on unknown devices
    channels: [download]
    apps: [wiki]
    device: unhealthy
    when: [{finds: [payment-card]}]
    then: block
"""


@pytest.fixture
def watched(harbor: Any) -> Iterator[Any]:
    """Harbor with these rules, for as long as this test takes."""
    known = harbor.limen.known

    async def put(rules: DataRules) -> None:
        known.set_rules(DataRules, rules)

    before = known.rules_of(DataRules) or NO_RULES
    rules, problems = read(Tree(read_yaml(RULES)), Around(None, frozenset(known.groups), frozenset(known.apps)))
    assert rules is not None, problems
    harbor.run(put(rules))
    yield harbor
    harbor.run(put(before))


def _send(person: Any, harbor: Any) -> None:
    person.page.goto(harbor.on("wiki", "/new"))
    content = {"name": "cards.csv", "mimeType": "text/csv", "buffer": f"card number: {CARD}".encode()}
    person.page.locator("input[type=file]").set_input_files(content)
    person.page.get_by_role("button", name="Send").click()


@pytest.mark.gate("data")
def test_an_upload_is_stopped_justified_sent_again_and_seen(
    watched: Any, browse: Any, ada: Any, received: list[bytes]
) -> None:
    harbor, nina = watched, browse()
    harbor.arrive(nina, "Nina Vogt", "staff")
    before = len(received)
    _send(nina, harbor)
    expect(heading(nina).first).to_have_text("This upload was stopped")
    expect(nina.page.locator("main")).to_contain_text("cards.csv")
    expect(nina.page.locator("main")).to_contain_text("Card numbers stay with the bank.")
    assert CARD not in nina.page.content()
    nina.problems.clear()  # Chromium says in its console that the answer was 403
    nina.clean()
    nina.page.get_by_label("Why may it pass?").fill("The bank asked for this list")
    nina.page.get_by_role("button", name="Let it pass once").click()
    expect(heading(nina).first).to_have_text("Now send it again")
    nina.clean()
    assert len(received) == before
    nina.page.get_by_role("link", name="Go back").click()
    expect(nina.page).to_have_url(harbor.on("wiki", "/new"))
    _send(nina, harbor)
    expect(heading(nina)).to_contain_text("The app on wiki.harbor.localhost")
    assert CARD.encode() in received[-1]
    _send(nina, harbor)
    expect(heading(nina).first).to_have_text("This upload was stopped")
    nina.page.get_by_role("button", name="This is not sensitive").first.click()
    _send(nina, harbor)
    expect(heading(nina)).to_contain_text("The app on wiki.harbor.localhost")

    nina.problems.clear()
    nina.page.goto(harbor.origin + "/data")
    expect(nina.page.locator("main")).to_contain_text("The bank asked for this list")
    expect(nina.page.get_by_role("button", name="End")).to_have_count(1)
    nina.clean_both_ways()

    ada.page.goto(f"{harbor.origin}/console/findings?person={harbor.people['Nina Vogt']}")
    rows = ada.page.locator("[data-row]")
    expect(rows).to_have_count(4)
    ada.clean_both_ways()
    ada.page.keyboard.press("j")
    ada.page.keyboard.press("y")
    expect(rows).to_have_count(3)
    for box in ada.page.locator("[name=row]").all():
        box.check()
    ada.page.keyboard.press("n")
    expect(rows).to_have_count(0)


def test_a_download_is_withheld_on_a_device_that_nobody_knows(watched: Any, browse: Any) -> None:
    harbor, omar = watched, browse()
    harbor.arrive(omar, "Omar Haas", "staff")
    omar.page.goto(harbor.on("wiki", "/list.csv"))
    expect(heading(omar).first).to_have_text("This download was stopped")
    expect(omar.page.locator("main")).to_contain_text("On a managed, healthy device it may be allowed.")
    assert CARD not in omar.page.content()
    expect(omar.page.get_by_role("button")).to_have_count(0)
    omar.problems.clear()
    omar.clean()
    omar.page.goto(harbor.on("wiki", "/other"))
    expect(heading(omar)).to_contain_text("The app on wiki.harbor.localhost")
