from __future__ import annotations

import pytest
from tests.importing.harbor import export, imported, made

from limen.errors import LimenError
from limen.importing.model import Wishes
from limen.importing.report import Verdict


def test_harbors_realm_is_understood() -> None:
    what = imported("keycloak")
    assert what.system.domain == "harbor.example"
    assert sum(what.account.count(verdict) for verdict in Verdict) == what.account.values
    assert {one.key for one in what.system.apps} == {
        "client:wiki",
        "client:https://accounting.harbor.example/saml",
        "client:warehouse",
        "host:warehouse.harbor.example",
    }
    assert "people.yaml" in made(what).changed


def test_one_of_several_realms_is_chosen_and_the_others_are_named() -> None:
    files = {"all.json": [{"realm": "a", "enabled": True, "clients": []}, {"realm": "b", "clients": []}]}
    with pytest.raises(LimenError):
        imported("keycloak", files)
    with pytest.raises(LimenError):
        imported("keycloak", files, Wishes(part="c"))
    account = imported("keycloak", files, Wishes(part="b")).account
    assert account.count(Verdict.LEFT_OUT) == 3


@pytest.mark.parametrize(
    "files",
    [
        {"a.json": {"x": 1}},
        {"a.json": {"realm": "a", "users": []}},
        {"a.json": {"realm": "a", "clients": []}, "b.json": {"realm": "a", "roles": {}}},
        {"a.json": {"realm": "a", "enabled": False, "clients": []}},
        {"a.json": None},
    ],
)
def test_what_is_no_export_of_a_realm_is_refused(files: dict[str, object]) -> None:
    with pytest.raises(LimenError):
        imported("keycloak", files)


def test_a_partial_export_without_users_is_one() -> None:
    files = {"realm-export.json": export("keycloak")["harbor-realm.json"]}
    what = imported("keycloak", files)
    assert (what.system.people, len(what.system.apps)) == ((), 4)
