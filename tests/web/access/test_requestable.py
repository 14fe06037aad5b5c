"""What somebody could ask for: a rule lets them, it is shut, and a grant is proved to open it."""

from __future__ import annotations

import pytest
from tests.access.at_harbor import AtHarbor, Colleague
from tests.web.access.people import at_harbor, farid, oscar

from limen.facts import App, Upstream
from limen.facts.directory_group import DirectoryGroup
from limen.facts.radius_service import RadiusService
from limen.facts.ssh_hosts import SshHosts
from limen.web.access.requestable import a_grant_opens, requested_actions

__all__ = ["at_harbor", "farid", "oscar"]


async def test_only_a_refusal_that_a_grant_turns_can_be_asked_about(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    assert a_grant_opens(oscar.decision("crm", "view"))
    assert not a_grant_opens(farid.decision("crm", "view"))  # it is open to him
    assert not a_grant_opens(oscar.decision("payroll", "view"))  # no rule lets him ask
    await farid.approves(await oscar.asks())
    assert not a_grant_opens(oscar.decision("crm", "view"))


async def test_the_portal_shows_what_can_be_asked_for_and_what_is_open_apart(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    page = (await oscar.browser.get("/")).text
    assert 'href="/access/ask?app=crm&amp;action=view"' in page
    assert "app=payroll" not in page
    assert 'href="/access/ask?app=crm&amp;action=view"' not in (await farid.browser.get("/")).text


def app(**more: object) -> App:
    return App("a", "A", "", Upstream(""), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "actions"),
    [
        (app(ssh=SshHosts(("db",))), ("connect",)),
        (app(ssh=SshHosts(("db",), has_own_accounts=True)), ("connect", "elevate")),
        (app(radius=RadiusService("vpn", ())), ("connect",)),
        (app(radius=RadiusService("gear", ())), ("administer",)),
        (app(group=DirectoryGroup("ldap", "cn=payments")), ("elevate",)),
    ],
)
def test_what_is_no_page_is_asked_for_by_its_own_actions(asked: App, actions: tuple[str, ...]) -> None:
    assert requested_actions(asked) == actions
