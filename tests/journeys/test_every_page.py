"""Every page there is, in a real browser: no violation of the policy, nothing that axe finds, nothing too wide."""

from __future__ import annotations

import re
from typing import Any

import pytest

from limen.data.inventory.model import StatedStores, Store, StoreKind
from limen.facts import Label
from limen.pillars import pillars
from limen.web.build import declared
from limen.web.page import HTML

BEGUN_ELSEWHERE = {
    "/console/changes/{draft_id}",
    "/console/departures/{departure_id}",
    "/console/identities/{finding_id}",
    "/console/import/{import_id}",
}
"""A change has to be begun first, somebody has to leave, two accounts have to be one person's, an export has to be
there: `test_policy_tasks`, `test_departure`, `test_identities` and `test_import` look at these.
"""
WRITTEN_OTHERWISE = (
    "/console/apps/payroll/rules/new?kind=forbid",
    "/console/policies/finance-payroll/edit?as=text",
    "/console/policies/medium-risk-asks-again/edit",
    "/console/detections/file",
    "/console/detections/rules/79ca7d19-2afd-593e-94ba-043dbf273f42",
    "/console/apps/limen/timeline",
    "/console/find?q=pay",
)
"""Pages once more, with more on them or drawn differently."""
LEADS_ON = {"/onward", "/required-factors"}
"""Goes on to another page by itself, before anybody can look at it: every journey to an app passes the first, and
`test_required_factors` looks at the second.
"""
WALKED_ELSEWHERE = {"monitor": "test_watching", "network": "test_network"}
"""Parts whose pages need more than this Harbor, by the journey that goes through all of them."""
OF_PARTS_BEGUN_ELSEWHERE = {
    "/access/reviews/{review_id}",
    "/console/reviews/{review_id}",
    "/sign-in/with/{issuer_id}",
    "/sign-in/with/{issuer_id}/back",
    "/sign-in/with/{issuer_id}/signed-out",
    "/signed-out/at/{issuer_id}",
}
"""A review has to be begun, and people have to come from a service elsewhere: `test_reviews` and
`test_account_elsewhere` look at these.
"""
LETTERS = ("abc", "defghijklmn", "opqrstuvwxyz")
"""By which the pages of the console begin, for one test each. A page and those that it leads to begin alike."""
_ON_PURPOSE = re.compile("status of 40[04]")
"""What is not there, and what is opened without what has to be told."""
_LINK = re.compile(r'href="(/[^"?#]*)')


def of_pages(*, console: bool, decided: bool) -> list[str]:
    """The pages that are declared, by their paths."""
    found = [one for one in declared().routes.values() if one.method == "GET" and one.media_type == HTML]
    return sorted(
        one.path for one in found if one.path.startswith("/console") is console and bool(one.permission) is decided
    )


def of_parts(*, console: bool, decided: bool) -> list[str]:
    """Likewise the pages that parts declare, but for those that are walked elsewhere."""
    modules = [page for part in pillars() if part.name not in WALKED_ELSEWHERE for page in part.pages]
    own = {*declared(modules).routes.values()} - {*declared().routes.values()}
    found = [one for one in own if one.method == "GET" and one.media_type == HTML]
    return sorted(
        one.path
        for one in found
        if one.path.startswith("/console") is console
        and bool(one.permission) is decided
        and one.path not in OF_PARTS_BEGUN_ELSEWHERE
    )


def walked(browser: Any, clean: Any, paths: list[str], ids: dict[str, str], origin: str) -> dict[str, str]:
    """What is wrong with which of these pages. Where `ids` has nothing to put into a path, a link to it must have been
    met on another page: every page with a parameter is reached from one without.
    """
    found, links = {}, set()
    needs_links = any(not _names(path) <= set(ids) for path in paths)
    for path in sorted(paths, key=lambda path: (path.count("{"), path)):
        address = path.format_map(ids) if _names(path) <= set(ids) else _linked(path, links)
        if not address:
            found[path] = "no page that was walked leads here"
            continue
        browser.page.goto(origin + address, wait_until="load")
        links |= set(_LINK.findall(browser.page.content())) if needs_links else set()
        browser.problems[:] = [one for one in browser.problems if not _ON_PURPOSE.search(one)]
        try:
            clean()
        except AssertionError as wrong:
            found[address] = str(wrong)[:400]
            browser.problems.clear()
    return found


def _letter(path: str) -> str:
    return path.removeprefix("/console").lstrip("/")[:1] or LETTERS[0][0]


def _names(path: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", path))


def _linked(path: str, links: set[str]) -> str:
    fits = re.compile(re.sub(r"{\w+}", "[^/]+", path))
    return min((link for link in links if fits.fullmatch(link)), default="")


async def state_a_store(harbor: Any) -> None:
    """So that there is a page of one."""
    shares = Store("shares", StoreKind.FOLDER, str(harbor.folder), Label.INTERNAL)
    harbor.limen.known.set_rules(StatedStores, StatedStores({shares.name: shares}))


@pytest.fixture
def ids(harbor: Any, browse: Any) -> tuple[dict[str, str], Any]:
    """What stands in paths, and the browser of the employee they are about."""
    tom = browse(locale="de-DE", viewport={"width": 390, "height": 844})
    harbor.arrive(tom, f"Tom Evers {len(harbor.people)}", "staff")
    tom.page.goto(harbor.on("wiki"))
    harbor.limen.journal.flush()
    harbor.run(state_a_store(harbor))
    return {
        "person_id": list(harbor.people.values())[-1],
        "app_id": "wiki",
        "policy_id": "contractors-work",
        "decision_id": harbor.limen.journal.recent(1, lambda event: event.kind == "decision")[0].id + "-1",
        "number": "1",
    }, tom


@pytest.mark.parametrize("letters", LETTERS)
def test_every_page_of_the_console_is_sound(
    letters: str, harbor: Any, ada: Any, ids: tuple[dict[str, str], Any]
) -> None:
    every = [path for path in of_pages(console=True, decided=True) if path not in BEGUN_ELSEWHERE]
    assert len(every) > 30
    looked_at = [path for path in (*every, *WRITTEN_OTHERWISE) if _letter(path) in letters]
    assert walked(ada, ada.clean_both_ways, looked_at, ids[0], harbor.origin) == {}


def test_every_page_of_employees_and_strangers_is_sound(
    harbor: Any, browse: Any, ids: tuple[dict[str, str], Any]
) -> None:
    tom, nobody = ids[1], browse()
    of_employees = [path for path in of_pages(console=False, decided=True) if path not in LEADS_ON]
    assert walked(tom, tom.clean, [*of_employees, "/no-such-page"], ids[0], harbor.origin) == {}
    of_strangers = [path for path in of_pages(console=False, decided=False) if path not in LEADS_ON]
    assert walked(nobody, nobody.clean, of_strangers, ids[0], harbor.origin) == {}


def test_every_page_of_the_parts_is_sound(harbor: Any, ada: Any, browse: Any, ids: tuple[dict[str, str], Any]) -> None:
    tom, nobody = ids[1], browse(locale="de-DE")
    of_console = of_parts(console=True, decided=True)
    assert len(of_console) > 25
    assert walked(ada, ada.clean_both_ways, of_console, ids[0], harbor.origin) == {}
    assert walked(tom, tom.clean, of_parts(console=False, decided=True), ids[0], harbor.origin) == {}
    assert walked(nobody, nobody.clean, of_parts(console=False, decided=False), ids[0], harbor.origin) == {}
