from __future__ import annotations

from typing import Any

import pytest
from tests.importing.entra.harbor_tenant import (
    GLOBAL_ADMINISTRATOR,
    HELPDESK_ADMINISTRATOR,
    export,
    group,
    guest,
    id_of,
    user,
)
from tests.importing.entra.reading import effects, node

from limen.importing.entra.people import person_of, read_directory, tell_named
from limen.importing.entra.tenant_files import TenantFiles
from limen.importing.model import Person
from limen.importing.report import Report, Verdict


def test_somebody_as_they_come_along() -> None:
    maren = user("maren", "Maren Petersen", "Finance", preferredLanguage="de-DE")
    found = person_of(node(maren), frozenset({"group:x"}))
    assert found == Person(
        "maren@harbor.example", "Maren Petersen", "maren@harbor.example", frozenset({"group:x"}), True, "de"
    )
    hugo = person_of(node(guest("hugo", "Hugo", "auditors.example")), frozenset())
    assert hugo is not None
    assert (hugo.email, hugo.language) == ("hugo@auditors.example", "")
    blocked = person_of(node(user("olaf", "Olaf", accountEnabled=False)), frozenset())
    assert blocked is not None
    assert not blocked.is_active


def test_a_guest_without_an_address_stays_where_they_are() -> None:
    value = {**guest("hugo", "Hugo", "auditors.example"), "mail": None}
    read = node(value)
    assert person_of(read, frozenset()) is None
    assert "stricter" in effects(read, value).values()


def test_roles_for_a_part_of_the_tenant_count_for_no_policy() -> None:
    directory = read_directory(TenantFiles(export(), Report()))
    assert directory.roles[GLOBAL_ADMINISTRATOR].members == {id_of("ada")}
    assert directory.roles[HELPDESK_ADMINISTRATOR].title == "Helpdesk Administrator"
    assert directory.users[id_of("hugo")].guest_type == "b2bCollaborationGuest"
    assert directory.knows_roles


@pytest.mark.parametrize("members", [None, "ada", [{"@odata.type": "#microsoft.graph.user"}]])
def test_a_group_or_role_without_a_list_of_members_is_not_taken_for_empty(members: Any) -> None:
    role = {"id": "r", "roleTemplateId": GLOBAL_ADMINISTRATOR, "displayName": "Administrator", "members": members}
    files = export(groups=[group("Many", members=members), group("None")], directoryRoles=[role])
    del files["roleAssignments.json"]
    report = Report()
    tenant = TenantFiles(files, report)
    directory = read_directory(tenant)
    told = {one.title: one.is_told for one in (*directory.groups.values(), *directory.roles.values())}
    assert told == {"Many": False, "None": True, "Administrator": False}
    tell_named(tenant, directory)
    items = report.account({"groups.json": files["groups.json"]}).items
    assert ("groups.json", "value", 0) in [one.path for one in items if one.effect == "stricter"]


def test_only_groups_that_something_names_come_along_and_twenty_members_may_be_more() -> None:
    many = [f"user{number}" for number in range(20)]
    files = export(users=[user(one, one) for one in many], groups=[group("Many", *many), group("Unused", *many)])
    report = Report()
    tenant = TenantFiles(files, report)
    directory = read_directory(tenant)
    directory.in_group(id_of("Many"))
    tell_named(tenant, directory)
    items = report.account({"groups.json": files["groups.json"]}).items
    assert [one.path for one in items if one.effect == "wider"] == [("groups.json", "value", 0, "members")]
    unused = [one for one in items if one.path == ("groups.json", "value", 1)]
    assert [one.verdict for one in unused] == [Verdict.NOT_TRANSLATED]
