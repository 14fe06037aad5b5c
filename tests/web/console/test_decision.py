from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from tests.web.conftest import House
from tests.web.console.conftest import Console

from limen.clock import HOUR
from limen.company.load import load_company
from limen.company.publish import SERVER, publish
from limen.policy.replay import replay


async def test_the_page_says_the_answer_in_one_sentence_and_takes_every_policy_apart(console: Console) -> None:
    mallory = console.house.browser()
    await console.house.member(mallory, "Mallory", "staff")
    answer = await console.ask(mallory, "payroll")
    page = (await console.ada.get(f"/console/decisions/{answer.id}")).text
    assert "Mallory was not allowed to view Payroll" in page
    assert "No policy permits this" in page
    considered = console.house.limen.in_force.engine.explain(
        answer.route.request,  # type: ignore[union-attr]
        answer.facts,  # type: ignore[arg-type]
        console.house.clock.now(),
    ).policies
    assert considered
    for policy in considered:
        assert policy.title in page
    assert f"limen why {answer.id}" in page


async def test_why_and_what_would_turn_it_are_said_in_whole_sentences(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff", "finance")
    answer = await console.ask(eve, "payroll", path="/export/november.csv")
    page = (await console.ada.get(f"/console/decisions/{answer.id}")).text
    assert "The device is " in page
    assert "<strong>Have the device enrolled and brought up to company standards.</strong>" in page
    refused = await console.ask(eve, "crm", path="/export/offers.csv")
    page = (await console.ada.get(f"/console/decisions/{refused.id}")).text
    assert "Sales can do this." in page
    assert "he owner of Customers (Sales) or an administrator" in page


async def test_what_else_was_open_on_the_same_facts_stands_beside_it(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff", "sales")
    answer = await console.ask(eve, "crm", path="/export/all")
    page = (await console.ada.get(f"/console/decisions/{answer.id}")).text
    beside = page[page.index("Other actions") : page.index("<dt>Entry point</dt>")]
    assert [word for word in ("view", "download", "edit", "administer") if word in beside] == [
        "view",
        "edit",
        "administer",
    ]
    assert 'class="effect permit"' in beside
    assert 'class="effect deny"' in beside
    rest = await console.ada.get(f"/withheld?decision={answer.id}")
    assert "This request was made by Eve." in rest.text


async def test_conditions_show_the_value_they_saw(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff")
    answer = await console.ask(eve, "wiki")
    page = (await console.ada.get(f"/console/decisions/{answer.id}")).text
    assert "Eve was allowed to view Wiki" in page
    assert "Decided the answer" in page
    assert "<code>context.auth.strength</code> was <b>3</b>" in page


async def test_the_file_decides_the_same_anywhere_and_names_nobody(console: Console) -> None:
    zoe = console.house.browser()
    await console.house.member(zoe, "Zoraida", "staff")
    answer = await console.ask(zoe, "crm")
    file = await console.ada.get(f"/console/decisions/{answer.id}/decision.json")
    assert file.headers["content-disposition"] == f'attachment; filename="decision-{answer.id}.json"'
    assert replay(json.loads(file.text)).agrees
    assert "zoraida" not in file.text.casefold()


async def test_a_decision_is_shown_by_the_revision_it_was_made_under(console: Console, tmp_path: Path) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff")
    answer = await console.ask(eve, "wiki")
    await _publish_stricter(console.house, tmp_path / "harbor")
    page = (await console.ada.get(f"/console/decisions/{answer.id}")).text
    assert "which is no longer in force" in page
    assert "Staff use public and internal apps" in page


async def _publish_stricter(house: House, folder: Path) -> None:
    limen = house.limen
    before = limen.in_force.engine.revision
    rules = folder / "policies" / "10-people.cedar"
    rules.write_text(rules.read_text().replace("Staff use public and internal apps", "Staff work"))
    publish(limen.database, load_company(folder), SERVER, "shorter", house.clock.now())
    for _ in range(3_000):
        if limen.in_force.engine.revision != before:
            return
        await asyncio.sleep(0.02)
    pytest.fail("the revision did not come into force")


@pytest.mark.parametrize("wrong", ["0" * 24, "nonsense", "0" * 24 + "-2", "%2e%2e", "a" * 500])
async def test_an_id_that_was_never_given_is_not_found(console: Console, wrong: str) -> None:
    assert (await console.ada.get(f"/console/decisions/{wrong}")).status_code == 404


async def test_an_old_proof_goes_to_step_up_and_a_stranger_to_not_yet(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff")
    refused = await eve.get("/console/decisions")
    assert refused.headers["location"].startswith("/not-yet?decision=")
    console.house.clock.forward(HOUR + 1_000)
    asked = await console.ada.get("/console/decisions")
    assert asked.headers["location"].startswith("/step-up?app=limen&to=%2Fconsole%2Fdecisions&decision=")
