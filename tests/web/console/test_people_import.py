from __future__ import annotations

import re

import httpx2
from tests.web.conftest import OUR_PAGE
from tests.web.console.conftest import Console

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
    page = await bring(console, LIST, by_mail="yes")
    assert "1 new, 0 changed, 0 unchanged, 1 not in the list." in page.text
    assert "Import and email the invitations" in page.text
    assert len(console.house.limen.known.people) == 1
    done = await console.ada.post(f"{AT}/apply", list=id_in(page))
    assert "1 added, 0 changed, 0 deactivated." in done.text
    assert "1 invitations were written to files in data/outbox" in done.text
    assert (await console.ada.post(f"{AT}/apply", list=id_in(page))).status_code == 400
    assert "Nothing would change." in (await bring(console, LIST)).text


async def test_problems_are_listed_and_nothing_can_be_done(console: Console) -> None:
    page = await bring(console, LIST + "<b>,x\nNoa;noa@harbor.example;administrators\n")
    assert page.status_code == 400
    assert "Line 3, email" in page.text
    assert "this would change who is in administrators" in page.text
    assert f'action="{AT}/apply"' not in page.text
    ticked = await bring(console, LIST + "Noa;noa@harbor.example;administrators\n", may_protected="yes")
    assert f'action="{AT}/apply"' in ticked.text


async def test_what_changed_meanwhile_is_shown_again(console: Console) -> None:
    page = await bring(console, LIST)
    await console.house.invite("Eve", "staff")
    again = await console.ada.post(f"{AT}/apply", list=id_in(page))
    assert (again.status_code, "now called Eve Jansen" in again.text) == (400, True)
    assert "1 changed" in (await console.ada.post(f"{AT}/apply", list=id_in(page))).text
