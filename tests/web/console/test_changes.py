"""A change from its making to its being in force: what it would do, what stops it, and who decides by it next."""

from __future__ import annotations

import re
from html import unescape

from tests.web.console.conftest import Console

from limen.clock import HOUR
from limen.policy.decision import Effect

FORM = {
    "effect": "permit",
    "back": "/console/apps/payroll",
    "groups": "warehouse",
    "apps": "payroll",
    "actions": "view",
    "w0_auth_strength": "3",
    "title": "Warehouse reads the payroll",
    "state": "enforce",
    "do": "plan",
}


async def begun(console: Console, path: str, **fields: str) -> str:
    """The address of the change that this form begins."""
    await console.ada.get("/console/policies/sign-in")
    answer = await console.ada.post(path, **fields)
    assert answer.status_code == 303, unescape(re.sub("<[^>]+>", " ", answer.text))[:3_000]
    return answer.headers["location"]


async def published(console: Console, change: str, why: str = "Because") -> str:
    await console.ada.get(change)
    answer = await console.ada.post(f"{change}/publish", reason=why)
    assert answer.status_code == 303, unescape(re.sub("<[^>]+>", " ", answer.text))[:3_000]
    return answer.headers["location"]


async def test_a_change_says_what_it_would_do_and_the_next_request_is_decided_by_it(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff", "warehouse")
    assert (await console.ask(eve, "payroll")).effect is Effect.DENY
    change = await begun(console, "/console/rules", **FORM)
    page = (await console.ada.get(change)).text
    assert "Warehouse can view Payroll with a passkey" in page
    assert "1 person would gain access to Payroll" in page
    assert "policy warehouse-reads-the-payroll added" in page
    again = f"/console/policies/warehouse-reads-the-payroll/edit?draft={change.rpartition('/')[2]}"
    assert f'href="{again}"' in page
    further = (await console.ada.get(again)).text
    assert "Warehouse can view Payroll with a passkey" in further
    assert 'action="/console/rules"' in further
    assert (await console.ada.get(again.partition("?")[0])).status_code == 404
    assert (await console.ask(eve, "payroll")).effect is Effect.DENY  # nothing is in force before it is published
    assert await published(console, change, "The hall plans shifts") == "/console/revisions?done=published"
    assert (await console.ask(eve, "payroll")).permitted
    page = (await console.ada.get("/console/revisions?done=published")).text
    assert "The hall plans shifts" in page
    assert "Ada Harbor in the console" in page
    (event,) = [one for one in console.house.events("revision.published") if one.actor == console.ada_id]
    assert event.details["via"] == "console"
    assert (await console.ada.get(change)).status_code == 404


async def test_tests_that_fail_block_and_can_be_mended_on_the_spot(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff", "sales")
    change = await begun(console, "/console/rules", **{**FORM, "groups": "sales", "title": "Sales opens payroll"})
    page = (await console.ada.get(change)).text
    assert "Sales has no business with salaries" in page
    assert re.search(r'<button class="button" disabled>Publish', page)
    refused = await console.ada.post(f"{change}/publish", reason="Because")
    assert refused.status_code == 409
    assert not (await console.ask(eve, "payroll")).permitted
    line = re.search(r'name="line" value="(\d+)"', page)
    assert line
    test = "- {test: Sales opens it, too, who: [staff, sales], app: payroll, action: view, expect: permit}"
    wrong = await console.ada.post(f"{change}/tests", line=line[1], text=test, do="mend")
    assert wrong.status_code == 409  # two keys where one is meant
    mended = await console.ada.post(
        f"{change}/tests",
        line=line[1],
        text=test.replace("it, too", "it").replace("permit}", "permit, given: {strength: 3}}"),
        do="mend",
    )
    await published(console, mended.headers["location"])
    assert (await console.ask(eve, "payroll")).permitted


async def test_a_change_that_locks_everybody_out_is_refused_with_the_policy_named(console: Console) -> None:
    change = await begun(console, "/console/policies/limen-on-known-devices/state", state="enforce")
    page = (await console.ada.get(change)).text
    assert "This would lock out every administrator" in page
    assert "limen-on-known-devices" in page
    refused = await console.ada.post(f"{change}/publish", reason="Because")
    assert refused.status_code == 409
    assert console.house.limen.in_force.engine.states["limen-on-known-devices"] == "off"


async def test_an_old_proof_is_renewed_first_and_the_reason_is_not_lost(console: Console) -> None:
    change = await begun(console, "/console/policies/high-risk/state", state="off")
    console.house.clock.forward(HOUR // 2)
    await console.ada.get(change)
    sent = await console.ada.post(f"{change}/publish", reason="Nothing tells the risk yet")
    assert sent.headers["location"].startswith("/step-up?")
    await console.ada.step_up("limen", change)
    assert "Nothing tells the risk yet" in (await console.ada.get(change)).text
    await published(console, change, "Nothing tells the risk yet")
    assert console.house.limen.in_force.engine.states["high-risk"] == "off"


async def test_of_two_changes_at_once_the_second_is_told(console: Console) -> None:
    first = await begun(console, "/console/policies/high-risk/state", state="off")
    second = await begun(console, "/console/policies/medium-risk-asks-again/state", state="off")
    await published(console, first)
    page = (await console.ada.get(second)).text
    assert "Another change was published after you started this one" in page
    assert (await console.ada.post(f"{second}/publish", reason="Because")).status_code == 409


async def test_a_change_is_its_authors_alone(console: Console) -> None:
    change = await begun(console, "/console/policies/high-risk/state", state="off")
    ben = console.house.browser()
    await console.house.member(ben, "Ben", "staff", "administrators")
    assert (await ben.get(change)).status_code == 404
    assert (await ben.post(f"{change}/publish", reason="Mine now")).status_code in {403, 404}


async def test_a_change_can_be_let_be(console: Console) -> None:
    change = await begun(console, "/console/policies/high-risk/state", state="off")
    await console.ada.get(change)
    answer = await console.ada.post(f"{change}/drop")
    assert answer.headers["location"] == "/console/policies/high-risk?done=dropped"
    assert (await console.ada.get(change)).status_code == 404


async def test_without_a_page_of_ours_nothing_is_begun_or_published(console: Console) -> None:
    change = await begun(console, "/console/policies/high-risk/state", state="off")
    for path in ("/console/policies/high-risk/state", f"{change}/publish", "/console/rules", "/console/levels"):
        answer = await console.ada.client.post(path, data={"state": "off", "reason": "x", "csrf": "forged"})
        assert answer.status_code == 403
    assert console.house.limen.in_force.engine.states["high-risk"] == "enforce"
