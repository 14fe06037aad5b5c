"""`provision:` of an app in apps.yaml: what is refused, where, and what the plan says of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.company.test_apps_file import SETTINGS

from limen.company.apps_file import read_apps
from limen.company.provision_section import ProvisionSection, complaints, provision_changes, provision_of
from limen.company.yaml_text import read_yaml
from limen.configuration.tree import Tree
from limen.facts import App, Upstream
from limen.facts.provision import Provision

WRITTEN = """
- id: wiki
  host: wiki.harbor.example
  upstream: http://127.0.0.1:3000
  label: internal
  provision: {url: "https://wiki.internal/scim/v2/", groups: [finance, finance]}
- id: crm
  url: https://crm.example/
  label: internal
  protocol: saml
  saml: {entity_id: "https://crm.example/", acs: ["https://crm.example/acs"]}
  provision: {url: "https://crm.example/scim", groups: [nobody-here], most_at_once: 20}
"""
WIKI = Provision("https://wiki.internal/scim/v2", ("finance",))
APP = App("wiki", "Wiki", "", Upstream(""), provision=WIKI)


def test_an_app_of_any_protocol_that_has_people_may_have_it() -> None:
    apps, problems = read_apps(Tree(read_yaml(WRITTEN)), SETTINGS, SETTINGS.groups)
    assert [app.provision for app in apps if app.id == "wiki"] == [WIKI]
    (wrong,) = [one for one in problems if "nobody-here" in one.what]
    assert wrong.line == 12


@pytest.mark.parametrize(
    "url",
    [
        "http://wiki.internal/scim",
        "https://user:secret@wiki.internal/scim",
        "https://169.254.169.254/scim",
        "https://wiki.internal/scim?tenant=1",
        "https://wiki.internal/scim/Users",
        "ftp://wiki.internal",
        "https://wiki.internal/scim#a",
    ],
)
def test_an_address_that_a_token_must_not_be_sent_to_is_refused(url: str) -> None:
    section = ProvisionSection(url=url, groups=["finance"])
    assert [path for path, _, _ in complaints(section)] == [("url",)]


def test_what_is_said_becomes_what_is_done() -> None:
    section = ProvisionSection(
        url="https://wiki.internal/scim",
        groups=["b", "a"],
        send=["email"],
        leavers="delete",
        existing="adopt",
        most_at_once=30,
    )
    assert list(complaints(section)) == []
    assert provision_of(section) == Provision(
        "https://wiki.internal/scim", ("a", "b"), ("email",), deletes=True, adopts=True, share=30
    )


def test_the_plan_says_what_is_told_of_whom_and_to_whom() -> None:
    none = replace(APP, provision=None)

    def said(old: App, new: App) -> int:
        return len(list(provision_changes([old], [new])))

    assert (said(none, APP), said(APP, APP), said(APP, none)) == (2, 0, 0)
    assert said(APP, replace(APP, provision=replace(WIKI, groups=("finance", "sales")))) == 1
    assert said(APP, replace(APP, provision=replace(WIKI, url="https://other.example"))) == 1
    assert said(APP, replace(APP, provision=replace(WIKI, adopts=True, deletes=True))) == 2
    assert said(replace(APP, provision=replace(WIKI, sent=())), APP) == 1
