from __future__ import annotations

from limen.importing.keycloak.roles import held_by, read_roles
from limen.importing.report import Report, Verdict

REALM = {
    "realm": "harbor",
    "defaultRole": {"name": "default-roles-harbor"},
    "roles": {
        "realm": [
            {
                "name": "manager",
                "composite": True,
                "composites": {"realm": ["employee"], "client": {"wiki": ["editor"]}},
            },
            {"name": "employee"},
            {
                "name": "default-roles-harbor",
                "composite": True,
                "composites": {"client": {"account": ["view-profile"]}},
            },
        ],
        "client": {"wiki": [{"name": "editor"}], "realm-management": [{"name": "realm-admin"}]},
    },
}


def test_a_role_is_all_that_it_is_made_of() -> None:
    roles = read_roles(REALM, ("r",), Report())
    assert roles.named(["role:manager"]) == {"role:manager", "role:employee", "role:wiki/editor"}
    assert roles.groups["role:wiki/editor"].name == "editor of wiki"


def test_keycloaks_own_roles_become_no_group() -> None:
    roles = read_roles(REALM, ("r",), Report())
    body = {"realmRoles": ["default-roles-harbor"], "clientRoles": {"realm-management": ["realm-admin"]}}
    assert roles.named(held_by(body)) == frozenset()


def test_each_value_of_a_role_has_its_word() -> None:
    report = Report()
    read_roles(REALM, ("r",), report)
    account = report.account({"r": {"roles": REALM["roles"]}})
    assert account.count(Verdict.TRANSLATED) == 6
    assert account.count(Verdict.NOT_TRANSLATED) == 4
