from __future__ import annotations

import re
from html import unescape

import pytest
from tests.web.console.conftest import Console

from limen.clock import MINUTE
from limen.web.console import people
from limen.web.console.people import page_start


async def test_everybody_is_listed_with_status_factors_and_sessions(console: Console) -> None:
    await console.house.member(console.house.browser(), "Eve", "staff")
    await console.house.invite("Noa", "contractors")
    page = (await console.ada.get("/console/people")).text
    assert "3 in total" in page
    assert "eve@harbor.example" in page
    assert re.search(r"Noa</strong></a> <span class=\"label\">Invited", page)


async def test_the_list_is_searched_and_narrowed(console: Console) -> None:
    await console.house.member(console.house.browser(), "Eve", "staff")
    await console.house.invite("Noa", "contractors")
    assert "noa@" not in (await console.ada.get("/console/people?q=EVE")).text.partition("Unused links")[0]
    invited = (await console.ada.get("/console/people?show=invited")).text
    assert "noa@harbor.example" in invited
    assert "eve@harbor.example" not in invited
    assert "No matches" in (await console.ada.get("/console/people?q=nobody-at-all")).text


async def test_an_invitation_shows_its_link_once_and_it_works(console: Console) -> None:
    await console.ada.get("/console/people/invite")
    page = await console.ada.post("/console/people/invite", name="Noa", email="noa@harbor.example", groups="staff")
    url = unescape(re.search(r"<code>([^<]*/enrol#[^<]+)</code>", page.text)[1])  # type: ignore[index]
    assert "yourself and to nobody else" in page.text
    assert url.partition("#")[2] not in (await console.ada.get("/console/people")).text
    noa = console.house.browser()
    opened = await noa.get("/enrol")
    assert opened.status_code == 200
    assert (await noa.post("/enrol", token=url.partition("#")[2])).status_code == 200


async def test_an_invitation_begins_with_the_group_that_its_link_names(console: Console) -> None:
    ticked = re.compile(r'value="([a-z-]+)" checked')
    assert ticked.findall((await console.ada.get("/console/people/invite?group=administrators")).text) == [
        "administrators"
    ]
    assert ticked.findall((await console.ada.get("/console/people/invite?group=no-such")).text) == []


async def test_groups_are_offered_as_the_settings_have_them(console: Console) -> None:
    page = (await console.ada.get("/console/people/invite")).text
    offered = re.findall(r'name="groups" value="([^"]+)"', page)
    assert offered == list(console.house.limen.in_force.company.settings.groups)  # type: ignore[union-attr]


async def test_a_link_that_was_revoked_is_worth_nothing(console: Console) -> None:
    issued = await console.house.invite("Noa", "staff")
    assert " on the server, valid until" in (await console.ada.get("/console/people")).text
    gone = await console.ada.post(f"/console/people/links/{issued.link.id}/revoke")
    assert gone.headers["location"] == "/console/people?done=revoked"
    noa = console.house.browser()
    await noa.get("/enrol")
    assert (await noa.post("/enrol", token=issued.token.reveal())).status_code == 400


async def test_a_mistake_in_the_form_is_said_and_keeps_what_was_typed(console: Console) -> None:
    await console.ada.get("/console/people/invite")
    page = await console.ada.post("/console/people/invite", name="Noa", email="ada@harbor.example")
    assert page.status_code == 400
    assert "Someone already has this address" in page.text
    assert 'value="Noa"' in page.text


async def test_inviting_needs_a_young_proof_and_comes_back(console: Console) -> None:
    await console.ada.get("/console/people")
    console.house.clock.forward(11 * MINUTE)
    form = await console.ada.get("/console/people/invite")
    assert form.headers["location"] == "/step-up?app=limen&to=%2Fconsole%2Fpeople%2Finvite"
    sent = await console.ada.post("/console/people/invite", name="Noa", email="noa@harbor.example")
    assert sent.headers["location"].startswith("/step-up")
    assert len(await console.house.limen.identity.people.all()) == 1


async def test_a_form_of_another_site_changes_nothing(console: Console) -> None:
    await console.ada.get("/console/people/invite")
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    fields = {"csrf": console.ada.csrf, "name": "Noa", "email": "noa@harbor.example"}
    assert (await console.ada.client.post("/console/people/invite", data=fields, headers=foreign)).status_code == 403
    console.ada.csrf = "wrong"
    assert (await console.ada.post("/console/people/invite", name="Noa", email="n@harbor.example")).status_code == 403
    assert len(await console.house.limen.identity.people.all()) == 1


async def test_who_is_invited_twice_is_linked_to(console: Console) -> None:
    eve_id = await console.house.member(console.house.browser(), "Eve", "staff")
    await console.ada.get("/console/people/invite")
    page = await console.ada.post("/console/people/invite", name="Eve again", email=" Eve@harbor.example ")
    assert page.status_code == 400
    assert f'href="/console/people/{eve_id}"' in page.text


async def test_a_long_list_comes_in_pages_and_keeps_what_was_asked(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST_SHOWN", 2)
    for name in ("Bea", "Cas", "Dov", "Fay"):
        await console.house.invite(name, "contractors")
    await console.house.invite("Gus", "staff")
    first = (await console.ada.get("/console/people?group=contractors")).text
    assert "1 to 2 of 4" in first
    second = (await console.ada.get(unescape(re.search(r'rel="next" href="([^"]+)"', first)[1]))).text  # type: ignore[index]
    assert "3 to 4 of 4" in second
    assert [name for name in ("Bea", "Cas", "Dov", "Fay", "Gus") if f"{name}</strong></a> <span" in second] == [
        "Dov",
        "Fay",
    ]
    assert 'rel="next"' not in second


def test_a_page_begins_where_one_begins_and_never_past_the_end() -> None:
    assert [page_start(text, 120, 50) for text in ("", "50", "77", "999999", "-1", "x")] == [0, 50, 50, 100, 0, 0]
    assert page_start("50", 0, 50) == 0
