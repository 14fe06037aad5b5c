"""A change that waits is put on top of what others published, and its failing tests are updated together."""

import re

from tests.web.console.conftest import Console
from tests.web.console.test_changes import FORM, begun, published


def policy_of(console: Console, name: str) -> str:
    company = console.house.limen.in_force.company
    assert company is not None
    return company.policies.sources[name].text


async def test_tests_that_fail_can_be_updated_together(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff", "sales")
    change = await begun(console, "/console/rules", **{**FORM, "groups": "sales", "title": "Sales opens payroll"})
    (line,) = re.findall(r'name="line" value="(\d+)"', (await console.ada.get(change)).text)
    assert (await console.ada.post(f"{change}/tests/all", line="1")).headers["location"] == change
    updated = (await console.ada.post(f"{change}/tests/all", line=line)).headers["location"]
    assert "(was deny before)" in (await console.ada.get(updated)).text
    await published(console, updated)
    assert (await console.ask(eve, "payroll")).permitted


async def test_a_stale_change_is_put_on_top_of_what_was_published(console: Console) -> None:
    first = await begun(console, "/console/policies/high-risk/state", state="off")
    second = await begun(console, "/console/policies/medium-risk-asks-again/state", state="off")
    await published(console, first)
    assert f'action="{second}/rebase"' in (await console.ada.get(second)).text
    answer = await console.ada.post(f"{second}/rebase")
    assert answer.status_code == 303
    assert (await console.ada.get(second)).status_code == 404
    await published(console, answer.headers["location"])
    assert all('@state("off")' in policy_of(console, one) for one in ("high-risk", "medium-risk-asks-again"))


async def test_what_both_changed_is_shown_in_both_versions_and_nothing_is_merged(console: Console) -> None:
    text = policy_of(console, "staff-work")
    mine = text.replace("context.auth.strength >= 2", "context.auth.strength >= 2 && context.auth.strength >= 1")
    theirs = text.replace("Staff use", "Staff open")
    first = await begun(console, "/console/policies/staff-work/text", text=theirs, do="")
    second = await begun(console, "/console/policies/staff-work/text", text=mine, do="")
    await published(console, first)
    refused = await console.ada.post(f"{second}/rebase")
    assert refused.status_code == 409
    assert re.search(r'id="conflicts".*policies/10-people.cedar</code>: staff-work', refused.text, re.DOTALL)
    assert f'action="{second}/resolve"' in refused.text
    assert (await console.ada.post(f"{second}/publish", reason="Because")).status_code == 409
