"""Every page there is, in a real browser: no violation of the policy, nothing that axe finds, nothing too wide."""

from __future__ import annotations

from typing import Any

from tests.journeys.test_console import into_the_console

from limen.web.needs import NEEDS

NO_PAGES = {"/console/decisions/live", "/console/decisions/{decision_id}/decision.json"}
BEGUN_ELSEWHERE = {"/console/changes/{draft_id}"}
"""A change has to be begun first; `test_policy_tasks` looks at it."""
OF_EMPLOYEES = (
    "/",
    "/access",
    "/account",
    "/passkeys",
    "/records",
    "/sessions",
    "/tokens",
    "/tokens/new",
    "/no-such-page",
)
OF_STRANGERS = ("/sign-in", "/signed-out", "/lost-device", "/enrol")


def unsound(browser: Any, addresses: list[str], origin: str) -> dict[str, str]:
    """What is wrong with which of these pages."""
    found = {}
    for address in addresses:
        browser.page.goto(origin + address, wait_until="load")
        browser.problems[:] = [one for one in browser.problems if "404" not in one]  # asked for on purpose
        try:
            browser.clean()
        except AssertionError as wrong:
            found[address] = str(wrong)[:400]
            browser.problems.clear()
    return found


def test_every_page_is_sound(harbor: Any, browse: Any) -> None:
    ada, tom, nobody = browse(), browse(locale="de-DE", viewport={"width": 390, "height": 844}), browse()
    ada.enrol(harbor.first_link)
    into_the_console(ada, harbor.origin)
    tom.enrol(harbor.invite("Tom Berger", "staff"))
    tom.page.goto(harbor.on("wiki"))
    harbor.limen.journal.flush()
    ids = {
        "person_id": harbor.people["Tom Berger"],
        "app_id": "wiki",
        "policy_id": "contractors-work",
        "decision_id": harbor.limen.journal.recent(1, lambda event: event.kind == "decision")[0].id + "-1",
        "number": "1",
    }
    rooms = sorted(route for method, route in NEEDS if method == "GET" and route not in NO_PAGES | BEGUN_ELSEWHERE)
    assert len(rooms) > 30
    assert unsound(ada, [route.format(**ids) for route in rooms], harbor.origin) == {}
    assert unsound(tom, list(OF_EMPLOYEES), harbor.origin) == {}
    assert unsound(nobody, list(OF_STRANGERS), harbor.origin) == {}
