"""Every page there is, in a real browser: no violation of the policy, nothing that axe finds, nothing too wide."""

from __future__ import annotations

import re
from typing import Any

import pytest

from limen.data.inventory.model import StatedStores, Store, StoreKind
from limen.facts import Label
from limen.web.build import declared
from limen.web.page import HTML

BEGUN_ELSEWHERE = {"/console/changes/{draft_id}"}
"""A change has to be begun first; `test_policy_tasks` looks at it."""
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
_LINK = re.compile(r'href="(/[^"?#]*)')


def of_pages(*, console: bool, decided: bool) -> list[str]:
    """The pages that are declared, by their paths."""
    found = [one for one in declared().routes.values() if one.method == "GET" and one.media_type == HTML]
    return sorted(
        one.path for one in found if one.path.startswith("/console") is console and bool(one.permission) is decided
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
        browser.problems[:] = [one for one in browser.problems if "404" not in one]  # asked for on purpose
        try:
            clean()
        except AssertionError as wrong:
            found[address] = str(wrong)[:400]
            browser.problems.clear()
    return found


def _names(path: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", path))


def _linked(path: str, links: set[str]) -> str:
    fits = re.compile(re.sub(r"{\w+}", "[^/]+", path))
    return min((link for link in links if fits.fullmatch(link)), default="")


async def state_a_store(harbor: Any) -> None:
    """So that there is a page of one."""
    shares = Store("shares", StoreKind.FOLDER, str(harbor.folder), Label.INTERNAL)
    harbor.limen.known.set_rules(StatedStores, StatedStores({shares.name: shares}))


@pytest.mark.gate("every page, once")
def test_every_page_is_sound(harbor: Any, browse: Any, ada: Any) -> None:
    tom, nobody = browse(locale="de-DE", viewport={"width": 390, "height": 844}), browse()
    harbor.arrive(tom, "Tom Evers", "staff")
    tom.page.goto(harbor.on("wiki"))
    harbor.limen.journal.flush()
    harbor.run(state_a_store(harbor))
    ids = {
        "person_id": harbor.people["Tom Evers"],
        "app_id": "wiki",
        "policy_id": "contractors-work",
        "decision_id": harbor.limen.journal.recent(1, lambda event: event.kind == "decision")[0].id + "-1",
        "number": "1",
    }
    every = [path for path in of_pages(console=True, decided=True) if path not in BEGUN_ELSEWHERE]
    assert len(every) > 30
    assert walked(ada, ada.clean_both_ways, [*every, *WRITTEN_OTHERWISE], ids, harbor.origin) == {}
    of_employees = [path for path in of_pages(console=False, decided=True) if path not in LEADS_ON]
    assert walked(tom, tom.clean, [*of_employees, "/no-such-page"], ids, harbor.origin) == {}
    of_strangers = [path for path in of_pages(console=False, decided=False) if path not in LEADS_ON]
    assert walked(nobody, nobody.clean, of_strangers, ids, harbor.origin) == {}
