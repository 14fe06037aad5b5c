from __future__ import annotations

import re
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2
import pytest
from tests.web.conftest import OUR_PAGE, move_in
from tests.web.console.conftest import Console

from limen.identity.model import IssuedLink, Link, LinkPurpose, Token

AT = "/console/people/import"
LIST = "Name;E-Mail;Gruppen\nEve Jansen;eve@harbor.example;staff\n"


async def bring(console: Console, text: str, **ticked: str) -> httpx2.Response:
    await console.ada.get(AT)
    files = {"file": ("people.csv", text.encode(), "text/csv")}
    form = {"csrf": console.ada.csrf, **ticked}
    return await console.ada.client.post(AT, data=form, files=files, headers=OUR_PAGE)


def id_in(page: httpx2.Response) -> str:
    return re.search(r'name="list" value="([^"]+)"', page.text)[1]  # type: ignore[index]


async def test_a_list_is_shown_and_then_done_once(console: Console) -> None:
    page = await bring(console, LIST, invite="mail")
    assert "1 new, 0 changed, 0 unchanged, 1 not in the list." in page.text
    assert "Import and write the invitations to files" in page.text
    assert len(console.house.limen.known.people) == 1
    done = await console.ada.post(f"{AT}/apply", list=id_in(page))
    assert "1 added, 0 changed, 0 deactivated." in done.text
    assert "1 invitations were written to files in data/outbox" in done.text
    assert (await console.ada.post(f"{AT}/apply", list=id_in(page))).status_code == 400
    assert "Nothing would change." in (await bring(console, LIST)).text


def _chosen(page: str) -> str:
    return re.search(r'type="radio" name="invite" value="(\w+)" checked', page)[1]  # type: ignore[index]


async def test_what_can_work_is_preselected_and_without_a_mail_server_the_next_step_is_said(console: Console) -> None:
    page = (await console.ada.get(AT)).text
    assert _chosen(page) == "hand"
    assert "[mail]" in page


async def test_with_a_mail_server_invitations_are_mailed_unless_it_is_said_otherwise(tmp_path: Path) -> None:
    def with_server(folder: Path) -> None:
        toml = folder / "limen.toml"
        toml.write_text(toml.read_text() + '\n[mail]\nserver = "127.0.0.1:9"\nfrom = "limen@harbor.example"\n')

    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", with_server)
        ada = house.browser()
        await house.administrator(ada)
        page = (await ada.get(AT)).text
    assert _chosen(page) == "mail"
    assert "[mail]" not in page


async def test_links_to_hand_over_are_shown_once_and_work(console: Console) -> None:
    page = await bring(console, LIST, invite="hand")
    done = await console.ada.post(f"{AT}/apply", list=id_in(page))
    (url,) = set(re.findall(r"<code>(https://[^<]+/enrol#[^<]+)</code>", done.text))
    token = Token(url.partition("#")[2])
    eve = console.house.browser()
    assert (
        await eve.enrol(IssuedLink(Link("l", LinkPurpose.INVITATION, "p", "", 0, 0), url, token))
    ).status_code == 200
    assert (await console.ada.post(f"{AT}/apply", list=id_in(page))).status_code == 400


@pytest.mark.parametrize("invite", ["", "everybody"])
async def test_an_unknown_way_to_invite_gives_nobody_a_link(console: Console, invite: str) -> None:
    page = await bring(console, LIST, invite=invite)
    await console.ada.post(f"{AT}/apply", list=id_in(page))
    assert await console.house.limen.identity.links.outstanding() == []


async def test_problems_are_listed_and_nothing_can_be_done(console: Console) -> None:
    page = await bring(console, LIST + "<b>,x\nNoa;noa@harbor.example;administrators\n")
    assert page.status_code == 400
    assert "Line 3, email" in page.text
    assert "this would change who is in administrators" in page.text
    assert not re.search("<button[^>]*>Import", page.text)
    ticked = await bring(console, LIST + "Noa;noa@harbor.example;administrators\n", may_protected="yes")
    assert re.search("<button[^>]*>Import", ticked.text)


async def test_what_changed_meanwhile_is_shown_again(console: Console) -> None:
    page = await bring(console, LIST)
    await console.house.invite("Eve", "staff")
    again = await console.ada.post(f"{AT}/apply", list=id_in(page))
    assert (again.status_code, "now called Eve Jansen" in again.text) == (400, True)
    assert "1 changed" in (await console.ada.post(f"{AT}/apply", list=id_in(page))).text
