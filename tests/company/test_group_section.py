"""`protocol: group` in apps.yaml: what is refused, where, and what the plan says of it."""

from __future__ import annotations

from tests.company.test_entra_section import SETTINGS

from limen.company.apps_file import read_apps
from limen.company.group_section import GroupSection, complaints, group_of, group_openings
from limen.company.yaml_text import read_yaml
from limen.configuration.tree import Tree
from limen.facts import App, Upstream
from limen.facts.directory_group import DirectoryGroup
from limen.policy.access import actions_of

DOMAIN_ADMINS = DirectoryGroup("office", "cn=admins,dc=harbor,dc=example")
WRITTEN = f"""
- id: domain-admins
  label: restricted
  protocol: group
  group: {{directory: office, group: "{DOMAIN_ADMINS.group}"}}
"""
APP = App("domain-admins", "Domain admins", "", Upstream(""), group=DOMAIN_ADMINS)


def test_a_good_one_becomes_an_app_to_elevate_oneself_in() -> None:
    (app,), problems = read_apps(Tree(read_yaml(WRITTEN)), SETTINGS, None)
    assert problems == []
    assert (app.group, actions_of(app)) == (DOMAIN_ADMINS, ("elevate",))


def test_a_name_that_nobody_can_read_is_refused() -> None:
    section = GroupSection(directory="office", group="cn=admins\u202e", standing=["cn=a", "cn=\u0007"])
    assert [path for path, _, _ in complaints(section)] == [("group",), ("standing", 1)]
    assert group_of(section).directory == "office"


def test_the_plan_says_what_opens() -> None:
    assert len(list(group_openings(APP, None, DOMAIN_ADMINS))) == 1
    assert list(group_openings(APP, DOMAIN_ADMINS, DOMAIN_ADMINS)) == []
    standing = DirectoryGroup("office", DOMAIN_ADMINS.group, ("cn=keeper",))
    assert len(list(group_openings(APP, DOMAIN_ADMINS, standing))) == 1
    assert list(group_openings(APP, standing, DOMAIN_ADMINS)) == []
