# ruff: noqa: F401, F811 -- fixtures are imported by name, and tests take them by the same name
"""Roles of the console: what the helpdesk and auditors try beyond what they may, page by page."""

from __future__ import annotations

import re
import shutil
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.attacks.test_web_every_page import an_address
from tests.web import conftest as homes
from tests.web.conftest import Browser, House, browser, house
from tests.web.console.conftest import Console, console

from limen.clock import MINUTE
from limen.web.build import declared
from limen.web.console.people_import import LIST_AT

HELPDESK = {
    ("GET", "/console/find"),
    ("GET", "/console/people"),
    ("GET", "/console/people/sources"),
    ("GET", "/console/people/sources/directories"),
    ("GET", "/console/people/{person_id}"),
    ("POST", "/console/people/links/{link_id}/revoke"),
    ("POST", "/console/people/{person_id}/invite-again"),
    ("POST", "/console/people/{person_id}/pass"),
    ("POST", "/console/people/{person_id}/factors/{factor_id}/remove"),
    ("POST", "/console/people/{person_id}/sessions/end"),
    ("POST", "/console/people/{person_id}/sessions/{session_id}/end"),
    ("POST", "/console/people/{person_id}/tokens/{token_id}/revoke"),
}
"""Kept here a second time, on purpose: what opens to whoever may help, and neither read nor change."""


async def test_every_page_of_the_console_asks_for_the_permission_that_it_declares(house: House) -> None:
    await house.administrator(house.browser())
    permissions = {key: one.permission for key, one in declared().routes.items() if one.path.startswith("/console")}
    assert len(permissions) > 60
    assert {key for key, permission in permissions.items() if "support" in permission} == HELPDESK
    somebody = await house.member(house.browser(), "Eve", "staff")
    for name, groups, action in (
        ("Mia", ("staff",), ""),
        ("Hal", ("staff", "helpdesk"), "support"),
        ("Hugo", ("guests", "auditors"), "audit"),
    ):
        browser = house.browser()
        await house.member(browser, name, *groups)
        await browser.get("/passkeys")
        for method, path in sorted(permissions):
            if path.endswith("/live"):
                continue
            at = an_address(path.replace("{person_id}", somebody))
            answer = await (browser.get(at) if method == "GET" else browser.post(at, why="They called me."))
            to = answer.headers.get("location", "")
            shown_elsewhere = (name, path, to) == ("Hal", "/console", "/console/people")
            turned_away = "/not-yet?decision=" in to or shown_elsewhere
            assert turned_away is (action not in permissions[method, path]), (name, method, path, answer.status_code)


@pytest.mark.parametrize("role", ["administrators", "break-glass", "helpdesk", "auditors"])
async def test_a_helper_can_not_touch_the_account_of_anybody_with_a_role(console: Console, role: str) -> None:
    house = console.house
    them, helper = house.browser(), house.browser()
    their_id = await house.member(them, "Rae", "staff", role)
    helper_id = await house.member(helper, "Hal", "staff", "helpdesk")
    (row,) = house.limen.identity.sessions.of_person(their_id)
    page = await helper.get(f"/console/people/{their_id}")
    assert "only an administrator can help here" in page.text
    assert "sessions/end" not in page.text
    for path in ("invite-again", "pass", "sessions/end", f"sessions/{row.session.id}/end"):
        answer = await helper.post(f"/console/people/{their_id}/{path}", why="They called me.")
        assert "/not-yet?decision=" in answer.headers["location"], path
    assert len(house.limen.identity.sessions.of_person(their_id)) == 1
    refused = [
        e for e in house.events("decision") if e.actor == helper_id and e.decision and e.decision.effect == "deny"
    ]
    assert {e.decision.action for e in refused if e.decision} == {"administer"}


async def test_a_helper_issues_no_pass_for_who_approves_what_is_confidential(console: Console) -> None:
    """With it they would be the owner of the customers' app for a while, and approve what a friend has asked for."""
    house = console.house
    farid, helper = house.browser(), house.browser()
    farid_id = await house.member(farid, "Farid", "staff", "sales")
    await house.member(helper, "Hal", "staff", "helpdesk")
    await helper.get("/console/people")
    answer = await helper.post(f"/console/people/{farid_id}/pass", why="He sat before me.")
    assert "/not-yet?decision=" in answer.headers["location"]
    assert house.events("link.issued")[0].actor == ""
    await console.ada.get("/console/people")
    issued = await console.ada.post(f"/console/people/{farid_id}/pass", why="He sat before me.")
    assert issued.status_code == 200


async def test_a_helper_can_not_help_themselves(console: Console) -> None:
    helper = console.house.browser()
    helper_id = await console.house.member(helper, "Hal", "staff", "helpdesk")
    await helper.get("/console/people")
    answer = await helper.post(f"/console/people/{helper_id}/invite-again", why="It is me.")
    assert "/not-yet?decision=" in answer.headers["location"]


async def test_what_a_helper_does_is_journaled_with_who_and_why_and_refused_without_a_reason(
    console: Console,
) -> None:
    house = console.house
    eve, helper = house.browser(), house.browser()
    eve_id = await house.member(eve, "Eve", "staff")
    helper_id = await house.member(helper, "Hal", "staff", "helpdesk")
    page = (await helper.get(f"/console/people/{eve_id}")).text
    assert "Recent decisions" not in page
    assert "Change groups" not in page
    assert 'href="/console/policies"' not in page
    assert (await helper.post(f"/console/people/{eve_id}/sessions/end")).status_code == 400
    assert house.limen.identity.sessions.of_person(eve_id)
    done = await helper.post(f"/console/people/{eve_id}/sessions/end", why="Her laptop was stolen.")
    assert done.headers["location"].endswith("?done=ended")
    assert (await eve.get("/")).headers["location"].startswith("/sign-in")
    (ended,) = [e for e in house.events("sessions.revoked") if e.subject == eve_id]
    assert (ended.actor, ended.details["why"]) == (helper_id, "Her laptop was stolen.")
    assert (await helper.post(f"/console/people/{eve_id}/invite-again", why="She called.")).status_code == 400
    issued = await helper.post(f"/console/people/{eve_id}/pass", why="She sat before me.")
    assert issued.status_code == 200
    (said,) = [e for e in house.events("link.issued") if e.actor == helper_id]
    assert (said.subject, said.details["why"]) == (eve_id, "She sat before me.")


async def test_a_helpers_old_proof_issues_no_link(console: Console) -> None:
    eve_id = await console.house.member(console.house.browser(), "Eve", "staff")
    helper = console.house.browser()
    await console.house.member(helper, "Hal", "staff", "helpdesk")
    await helper.get(f"/console/people/{eve_id}")
    console.house.clock.forward(11 * MINUTE)
    answer = await helper.post(f"/console/people/{eve_id}/pass", why="She called.")
    assert answer.headers["location"].startswith("/step-up")
    assert not console.house.limen.known.people[eve_id].groups & {"helpdesk"}


async def test_an_auditor_sees_no_button_that_changes_anything(console: Console) -> None:
    hugo: Browser = console.house.browser()
    await console.house.member(hugo, "Hugo", "guests", "auditors")
    eve_id = await console.house.member(console.house.browser(), "Eve", "staff")
    pages = ["", "/people", f"/people/{eve_id}", "/apps", "/apps/wiki", "/policies", "/policies/staff-work", "/levels"]
    for path in [*pages, "/revisions", "/what-if", "/workloads", "/decisions"]:
        page = await hugo.get(f"/console{path}")
        assert page.status_code == 200, path
        forms = [part.split(">")[0] for part in page.text.split("<form")[1:] if 'method="post"' in part.split(">")[0]]
        assert all("/sign-out" in form for form in forms), (path, forms)
        assert "/edit" not in page.text, path
        assert "/rules/new" not in page.text, path


SPELLINGS = {
    "warehouse": """permit (principal in Group::"warehouse", action, resource == App::"limen")""",
    "sales": """permit (principal, action in [Action::"administer", Action::"audit"], resource == App::"limen")
when { principal in Group::"sales" }""",
    "engineering": """permit (principal is Person in Group::"engineering", action == Action::"support", resource is App)
""",
}


async def test_no_spelling_of_a_permit_hides_from_helpers_whom_they_must_not_touch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = tmp_path / "source"
    shutil.copytree(homes.HARBOR, company)
    for group, permit in SPELLINGS.items():
        written = f"""@id("{group}-run")
@title("They run Limen")
@reason("They own it.")
@phase("identity")
{permit} when {{ context.auth.strength >= 3 }};
"""
        (company / f"policies/99-{group}.cedar").write_text(written)
    monkeypatch.setattr(homes, "HARBOR", company)
    async with AsyncExitStack() as closing:
        house = await homes.move_in(closing, tmp_path / "harbor")
        await house.administrator(house.browser())
        helper = house.browser()
        await house.member(helper, "Hal", "staff", "helpdesk")
        await helper.get("/console/people")
        for group in SPELLINGS:
            await house.invite(group.title(), group)
            them = house.id_of(f"{group}@harbor.example")
            answer = await helper.post(f"/console/people/{them}/invite-again", why="They called me.")
            assert "/not-yet?decision=" in answer.headers.get("location", ""), group


async def test_a_link_that_a_helper_holds_is_worth_nothing_to_whom_somebody_becomes(console: Console) -> None:
    house = console.house
    eve_id = await house.member(house.browser(), "Eve", "staff")
    await house.invite("Neu", "staff")
    new_id = house.id_of("neu@harbor.example")
    helper = house.browser()
    await house.member(helper, "Hal", "staff", "helpdesk")
    await helper.get("/console/people")
    for person_id, way in ((eve_id, "pass"), (new_id, "invite-again")):
        issued = await helper.post(f"/console/people/{person_id}/{way}", why="They called me.", hours="24")
        (token,) = set(re.findall(r"#([A-Za-z0-9_-]{43})", issued.text))
        await console.ada.get(f"/console/people/{person_id}")
        promoted = await console.ada.post(f"/console/people/{person_id}/groups", groups="administrators")
        assert promoted.headers["location"].endswith("?done=groups-links")
        assert "issue a new one" in (await console.ada.get(promoted.headers["location"])).text
        thief = house.browser()
        await thief.get("/enrol")
        assert (await thief.post("/enrol", token=token)).status_code == 400, way


async def test_a_list_gives_nobody_a_role_unless_that_is_said_apart(console: Console) -> None:
    rows = "name,email,groups\nZoe,zoe@harbor.example,helpdesk\nYan,yan@harbor.example,auditors\n"
    await console.ada.get(LIST_AT)
    form = {"csrf": console.ada.csrf, "invite": ""}
    files = {"file": ("people.csv", rows.encode(), "text/csv")}
    page = await console.ada.client.post(LIST_AT, data=form, files=files, headers=homes.OUR_PAGE)
    assert page.status_code == 400
    for group in ("helpdesk", "auditors"):
        assert f"this would change who is in {group}" in page.text


async def test_a_helper_touches_no_token_of_a_workload(console: Console) -> None:
    house = console.house
    helper = house.browser()
    await house.member(helper, "Hal", "staff", "helpdesk")
    await helper.get("/console/people")
    answer = await helper.post("/console/people/w_robot/tokens/t_1/revoke", why="They called me.")
    assert "/not-yet?decision=" in answer.headers["location"]
