from __future__ import annotations

from tests.importing.harbor import begun

from limen.importing.model import App, Group, OidcRegistration
from limen.importing.names import app_ids, group_ids, group_titles, same_app, spoken


def _app(key: str, **more: object) -> App:
    return App(key, key, (), **more)  # type: ignore[arg-type]


def test_groups_keep_their_names_where_nobody_has_them_yet() -> None:
    groups = [Group("group:sales", "sales"), Group("group:staff", "staff"), Group("user:mara", "Account mara")]
    assert group_ids(groups, begun(), "Authelia", {}) == {
        "group:sales": "sales",
        "group:staff": "authelia-staff",
        "user:mara": "account-mara",
    }
    assert group_ids(groups, begun(), "Authelia", {"group:staff": "staff"})["group:staff"] == "staff"


def test_two_that_would_be_called_the_same_are_told_apart_and_stay_so() -> None:
    groups = [Group("a", "Sales!"), Group("b", "sales"), Group("c", "sales")]
    found = group_ids(groups, begun(), "Authelia", {})
    assert len(set(found.values())) == 3
    assert group_ids(list(reversed(groups)), begun(), "Authelia", {}) == found
    assert len(set(group_titles(groups, "Authelia").values())) == 3


def test_a_client_keeps_its_id_where_it_can_be_one() -> None:
    apps = [
        _app("client:wiki", oidc=OidcRegistration("wiki", ("https://wiki.harbor.example/back",))),
        _app("client:Big One", oidc=OidcRegistration("Big One", ("https://big.harbor.example/back",))),
        _app("client:limen", oidc=OidcRegistration("limen", ("https://l.harbor.example/back",))),
        _app("host:wiki.harbor.example", host="wiki.harbor.example"),
        _app("host:handbook.harbor.example", host="handbook.harbor.example"),
    ]
    assert app_ids(apps, begun(), "Keycloak") == {
        "client:wiki": "wiki",
        "client:Big One": "big-one",
        "client:limen": "keycloak-limen",
        "host:wiki.harbor.example": "keycloak-wiki",
        "host:handbook.harbor.example": "handbook",
    }
    assert same_app(apps[4], begun()) is not None
    assert same_app(apps[3], begun()) is None


def test_a_spoken_name_is_one_line_without_anything_unseen() -> None:
    assert spoken("a\x1b[2J\n\u202eb") == "a [2J b"
    assert len(spoken("x" * 500)) == 160
