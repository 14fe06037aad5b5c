"""My access: groups, and what is open in each app, what is not, why, and what would open it."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from html import unescape
from pathlib import Path

from tests.golden import Expected
from tests.web.conftest import Browser, House, move_in

from limen.clock import HOUR

BY_ROUTE = """
@id("plans-are-secret")
@title("Plans are for management")
@reason("Plans are not public yet.")
forbid (principal in Group::"staff", action, resource == App::"wiki")
when { context.request.route == "/attachments/**" || context.request.route == "/plans/**" };
"""


def _row(page: str, app: str) -> list[str]:
    """What stands in the cells of an app's row: what one can do, and what is blocked."""
    row = re.search(rf"<strong>{app}</strong>.*?</tr>", page, re.DOTALL)
    assert row is not None
    return re.findall(r"<td data-as=[^>]*>(.*?)</td>", row[0], re.DOTALL)


def _blocked(cell: str) -> dict[str, str]:
    """Each part that is blocked, with all that is said of it."""
    parts = re.findall(r"<section><strong>(.*?)</strong>(.*?)</section>", cell, re.DOTALL)
    return {name: " ".join(unescape(re.sub(r"<[^>]+>", " ", said)).split()) for name, said in parts}


def _said(page: str, app: str) -> str:
    opened, shut = _row(page, app)
    return "\n".join([opened, *(f"- {name}: {said}" for name, said in _blocked(shut).items())])


async def test_it_says_which_actions_are_open_and_which_are_not_and_why(
    house: House, browser: Browser, expected: Expected
) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    page = (await browser.get("/access")).text
    assert "Finance, Staff" in page
    opened, shut = _row(page, "Payroll")
    assert opened == "Viewing, Editing"
    assert [*_blocked(shut)] == ["Downloading", "Administering"]
    expected(_said(page, "Payroll"))


async def test_a_part_of_an_app_that_nobody_can_open_alone_says_why_and_whom_to_ask(
    house: House, browser: Browser, expected: Expected
) -> None:
    await house.member(browser, "Mia", "staff")
    page = (await browser.get("/access")).text
    assert "Administering" in _blocked(_row(page, "Wiki")[1])
    expected(_said(page, "Wiki"))
    expected(_said((await browser.get("/access", **{"accept-language": "de"})).text, "Wiki"))


def _plans_apart(folder: Path) -> None:
    (folder / "policies" / "90-plans.cedar").write_text(BY_ROUTE)
    apps = folder / "apps.yaml"
    wiki, rest = apps.read_text().split("- id: warehouse")
    wiki = wiki.replace('view: ["GET /**"]\n    download', 'view: ["GET /plans/**", "GET /**"]\n    download')
    apps.write_text(f"{wiki}- id: warehouse{rest}")


async def test_a_route_that_a_policy_tells_from_the_rest_of_its_action_stands_for_itself(
    tmp_path: Path, expected: Expected
) -> None:
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", _plans_apart)
        browser = house.browser()
        await house.member(browser, "Mia", "staff")
        page = (await browser.get("/access")).text
        expected(_said(page, "Wiki"))
        assert "Viewing on /plans/…" in _blocked(_row(page, "Wiki")[1])
        assert (await (await house.into(browser, "wiki")).get("/plans/2027")).status_code == 403
        assert "Ansehen unter /plans/…" in (await browser.get("/access", **{"accept-language": "de"})).text


async def test_what_one_more_step_opens_is_open_and_says_so(house: House, browser: Browser, expected: Expected) -> None:
    await house.member(browser, "Mia", "staff", "finance")
    for _ in range(5):  # in use all the time, so that the session goes on
        house.clock.forward(HOUR)
        await browser.get("/")
    expected(_said((await browser.get("/access")).text, "Payroll"))


async def test_it_names_the_same_as_the_list_and_the_page_and_says_what_would_open_it(
    house: House, browser: Browser, expected: Expected
) -> None:
    await house.member(browser, "Mia", "staff", "sales")
    home, access, page = [(await browser.get(at)).text for at in ("/", "/access", "/withheld?app=crm")]
    named = re.search(r'href="/withheld\?app=crm">Blocked: ([A-Za-z, ]+)</a>', home)
    assert named is not None
    blocked = _blocked(_row(access, "Customers")[1])
    assert set(named[1].split(", ")) <= set(blocked)
    expected(blocked["Downloading"])
    assert page.count('<li class="fails">') == len(named[1].split(", "))
    assert "Administering" not in page
