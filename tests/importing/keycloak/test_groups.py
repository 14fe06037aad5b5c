from __future__ import annotations

from limen.importing.keycloak.groups import read_groups
from limen.importing.keycloak.roles import read_roles
from limen.importing.report import Report

REALM = {
    "roles": {"realm": [{"name": "employee"}, {"name": "picker"}]},
    "groups": [
        {"name": "sales", "path": "/sales", "realmRoles": ["employee"], "subGroups": [
            {"name": "emea", "subGroups": [{"name": "north", "realmRoles": ["picker"]}]},
        ]},
        {"name": "sales-2", "path": "/sales-2"},
        {"path": "/without"},
    ],
}  # fmt: skip


def test_groups_in_groups_have_paths_and_the_roles_of_those_around_them() -> None:
    groups = read_groups(REALM, ("r",), Report(), read_roles(REALM, ("r",), Report()))
    assert list(groups.groups) == ["/sales", "/sales-2", "/sales/emea", "/sales/emea/north"]
    assert groups.groups["/sales/emea/north"].name == "sales / emea / north"
    assert groups.roles_in(["/sales/emea/north"]) == {"role:employee", "role:picker"}
    assert groups.roles_in(["/sales-2", "/nowhere"]) == frozenset()


def test_below_a_group_is_not_what_is_only_called_alike() -> None:
    groups = read_groups(REALM, ("r",), Report(), read_roles(REALM, ("r",), Report()))
    assert groups.below("/sales", with_children=True) == {
        "group:/sales",
        "group:/sales/emea",
        "group:/sales/emea/north",
    }
    assert groups.below("/sales", with_children=False) == {"group:/sales"}
    assert groups.keys(["/sales-2", "/nowhere"]) == {"group:/sales-2"}
