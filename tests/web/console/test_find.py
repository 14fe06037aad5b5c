"""Going to something by its name: what is found, how it is ranked, and that each place is there."""

from __future__ import annotations

import re
from html import unescape

from tests.web.console.conftest import Console

from limen.pillars import pillars
from limen.web.build import declared
from limen.web.console.find import Found, best
from limen.web.page import CONSOLE_GROUPS, Page

JSON = {"accept": "application/json"}


def app(title: str, hint: str = "") -> Found:
    return Found("App", title, hint, f"/console/apps/{title.lower()}")


def test_the_name_itself_comes_before_its_beginning_a_word_and_a_part() -> None:
    among = [app("Overpayment"), app("The payment desk"), app("Payment ledger"), app("Payment")]
    found = [one.title for one in best("PAYMENT", among)]
    assert found == ["Payment", "Payment ledger", "The payment desk", "Overpayment"]


def test_every_word_must_fit_in_the_name_or_beside_it() -> None:
    eve = Found("Person", "Eve Jansen", "eve@harbor.example", "/console/people/1")
    assert best("jan eve", [eve]) == [eve]
    assert best("eve@harbor", [eve]) == [eve]
    assert best("eve berger", [eve]) == []


def test_marks_on_letters_do_not_matter() -> None:
    people = [Found("Person", name, "", f"/{name}") for name in ("Jürgen Groß", "Zoë Brontë")]
    assert best("jurgen gross", people) == best("JÜRGEN", people) == people[:1]
    assert best("bronte", people) == people[1:]


def test_no_more_are_found_than_can_be_shown_and_none_without_a_word_but_pages() -> None:
    many = [app(f"Wiki {number}") for number in range(100)]
    assert len(best("wiki", many)) == 20
    page = Found("Page", "Overview", "", "/console")
    assert best("", [*many, page]) == [page]


async def test_people_apps_policies_and_revisions_are_found_by_the_page_and_by_its_script(console: Console) -> None:
    eve = await console.house.member(console.house.browser(), "Eve", "staff")
    ada = console.ada
    for asked, href in (
        ("eve", f"/console/people/{eve}"),
        ("payroll", "/console/apps/payroll"),
        ("fresh passkey", "/console/policies/restricted-needs-a-fresh-passkey"),
    ):
        found = (await ada.get(f"/console/find?q={asked}", **JSON)).json()
        assert href in [one["href"] for one in found], asked
        assert f'href="{href}"' in (await ada.get(f"/console/find?q={asked}")).text
    revision = console.house.limen.in_force.engine.revision
    found = (await ada.get(f"/console/find?q={revision[:9]}", **JSON)).json()
    assert [(one["kind"], one["href"]) for one in found] == [("Revision", "/console/revisions/1")]
    decision = (await ada.get(f"/console/find?q={'0' * 24}-3", **JSON)).json()
    assert [one["href"] for one in decision] == [f"/console/decisions/{'0' * 24}-3"]
    for bad in ("0" * 24 + "-0", "0" * 24 + "/../x"):
        assert (await ada.get(f"/console/find?q={bad}", **JSON)).json() == []
    assert "Nothing matches" in (await ada.get("/console/find?q=%3Cscript%3E")).text


async def test_every_page_that_can_be_gone_to_is_named_once_and_is_there(console: Console) -> None:
    of_parts = [name for pillar in pillars() for name in pillar.pages]
    offered = [*declared(of_parts).places(frozenset({"administer", "audit", "support", "view"}))]
    for asked in ("", "backups", "your tokens", "your access"):
        found = (await console.ada.get(f"/console/find?q={asked}", **JSON)).json()
        titles = [one["title"].casefold() for one in found if one["kind"] == "Page"]
        assert not asked or titles.count(asked) == 1
    for page in offered:
        assert (await console.ada.get(page.path)).status_code == 200, page
    nav = re.search(r'<nav aria-label="Console">(.*?)</nav>', (await console.ada.get("/console")).text, re.DOTALL)
    assert nav is not None
    menu = re.findall(r'href="([^"]+)"', unescape(nav[1]))
    assert menu == [
        page.path for page in offered if isinstance(page, Page) and page.menu and page.menu.group in CONSOLE_GROUPS
    ]


async def test_who_may_not_administer_finds_nothing(console: Console) -> None:
    tom = console.house.browser()
    await console.house.member(tom, "Tom", "staff")
    turned = await tom.get("/console/find?q=ada", **JSON)
    assert turned.status_code == 303
    assert turned.headers["location"].startswith("/not-yet")


async def test_the_helpdesk_finds_people_and_only_the_pages_that_open_to_them(console: Console) -> None:
    tom = console.house.browser()
    await console.house.member(tom, "Tom", "helpdesk")
    assert [one["kind"] for one in (await tom.get("/console/find?q=ada", **JSON)).json()] == ["Person"]
    for asked in ("payroll", "passkey", "0" * 24, console.house.limen.in_force.engine.revision[:9]):
        kinds = {one["kind"] for one in (await tom.get(f"/console/find?q={asked}", **JSON)).json()}
        assert kinds <= {"Page", "Person"}, asked
    pages = {one["href"] for one in (await tom.get("/console/find", **JSON)).json()}
    assert "/console/people" in pages
    turned = await tom.get("/console")
    assert (turned.status_code, turned.headers["location"]) == (303, "/console/people"), "the page that opens to them"
    assert not pages & {"/console", "/console/decisions", "/console/people/invite", "/console/policies"}
