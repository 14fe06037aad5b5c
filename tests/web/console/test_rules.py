from __future__ import annotations

from html import unescape

import pytest
from tests.web.console.conftest import Console
from tests.web.console.test_changes import FORM, begun, published

from limen.company.load import load_company
from limen.demo import harbor
from limen.web.console.rules import problems_of


async def test_an_app_says_who_may_open_it_from_what_and_when(console: Console) -> None:
    page = unescape((await console.ada.get("/console/apps/payroll")).text)
    assert "Who may open this, from what, when" in page
    assert "Finance may view, download and edit Payroll with a passkey" in page
    assert "Nobody may edit Payroll, except on working days 06:00–20:00" in page
    assert "Sales may view" not in page
    assert "/console/policies/finance-payroll/edit" in page


async def test_every_policy_has_a_form_to_change_it(console: Console) -> None:
    company = console.house.limen.in_force.company
    assert company is not None
    for policy in company.policies.sources:
        answer = await console.ada.get(f"/console/policies/{policy}/edit")
        assert answer.status_code == 200
        assert 'name="w0_strength"' in answer.text, policy
    assert (await console.ada.get("/console/policies/no-such/edit")).status_code == 404


async def test_the_form_says_its_sentence_before_anything_happens(console: Console) -> None:
    await console.ada.get("/console/apps/payroll/rules/new")
    answer = await console.ada.post("/console/rules", **{**FORM, "do": "preview"})
    assert "Warehouse may view Payroll with a passkey" in answer.text
    answer = await console.ada.post("/console/rules/preview", **FORM)
    assert answer.json() == {"said": "Warehouse may view Payroll with a passkey"}
    answer = await console.ada.post("/console/rules/preview", **{**FORM, "w0_until": "on Friday"})
    assert answer.json()["what"] == "'on Friday' is no date"


async def test_what_is_wrong_with_a_form_is_said_on_its_page(console: Console) -> None:
    await console.ada.get("/console/apps/payroll/rules/new?kind=forbid")
    answer = await console.ada.post("/console/rules", **{**FORM, "w0_countries": "Germany"})
    assert answer.status_code == 400
    assert "is no country" in unescape(answer.text)


async def test_text_is_checked_with_line_and_what_was_meant(console: Console) -> None:
    page = (await console.ada.get("/console/policies/finance-payroll/edit?as=text")).text
    assert "permit (" in page
    text = (
        '@id("finance-payroll")\n@titel("x")\n'
        'permit (principal in Group::"finanse", action, resource == App::"payroll")\nwhen { context.device.knwn };'
    )
    found = (await console.ada.post("/console/policies/finance-payroll/check", text=text)).json()["problems"]
    assert {(one["where"], one["fix"]) for one in found} >= {
        ("line 2", 'did you mean "title"?'),
        ("line 3", 'did you mean "finance"?'),
        ("line 4", 'did you mean "known"?'),
    }
    answer = await console.ada.post("/console/policies/finance-payroll/text", text=text, do="plan")
    assert answer.status_code == 400
    assert "did you mean" in answer.text
    assert "@titel(" in answer.text  # what was written is not lost


async def test_text_that_is_right_becomes_a_change(console: Console) -> None:
    company = console.house.limen.in_force.company
    assert company is not None
    text = company.policies.sources["hr-reads-payroll"].text.replace("strength >= 3", "strength >= 2")
    await console.ada.get("/console/policies/hr-reads-payroll/edit?as=text")
    checked = await console.ada.post("/console/policies/hr-reads-payroll/text", text=text, do="check")
    assert "Nothing is wrong with it" in checked.text
    change = await begun(console, "/console/policies/hr-reads-payroll/text", text=text, do="plan")
    await published(console, change)
    after = console.house.limen.in_force.company
    assert after is not None
    assert after.policies.sources["hr-reads-payroll"].text == text
    before_file, after_file = (one.files["policies/40-harbor.cedar"] for one in (company, after))
    assert after_file == before_file.replace(company.policies.sources["hr-reads-payroll"].text, text)


@pytest.mark.parametrize(
    "text", ["", "permit", "(" * 20_000, "x" * 16_000, '@id("a") permit (principal, action, resource);' * 9]
)
def test_hostile_text_is_a_problem_like_any_other(text: str) -> None:
    assert problems_of(load_company(harbor.folder()), "finance-payroll", text)


async def test_a_rule_whose_tests_name_it_is_not_taken_away_silently(console: Console) -> None:
    await console.ada.get("/console/policies/finance-payroll/edit")
    answer = await console.ada.post("/console/policies/finance-payroll/remove")
    assert answer.status_code == 400
    assert "ake out the tests that name it" in answer.text
    change = await begun(console, "/console/policies/hr-reads-payroll/remove")
    assert "policy hr-reads-payroll removed" in (await console.ada.get(change)).text


async def test_the_levels_say_what_would_change_and_whom_it_would_refuse(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff", "engineering")
    page = (await console.ada.get("/console/levels")).text
    assert "You are here" in page
    change = await begun(console, "/console/levels", level="strict")
    page = (await console.ada.get(change)).text
    assert "would lose Git in some situations" in page
    assert "fail, so this can" in page  # Harbor's own tests expect more than strict gives
    assert (await console.ada.post("/console/levels", level="lax")).status_code == 400


async def test_hand_written_policies_are_told_by_their_head(console: Console) -> None:
    head = 'permit (principal in Group::"hr", action == Action::"view", resource == App::"payroll")'
    text = f'@id("hr-reads-payroll") @title("Odd") {head} when {{ context.time.minute != 7 }};'
    await published(console, await begun(console, "/console/policies/hr-reads-payroll/text", text=text, do="plan"))
    page = unescape((await console.ada.get("/console/apps/payroll")).text)
    assert "may view Payroll, under 1 condition" in page
    edit = (await console.ada.get("/console/policies/hr-reads-payroll/edit")).text
    assert "written by hand, so it has no form" in edit
