"""What an app is told of a person."""

from __future__ import annotations

import pytest

from limen.clock import SECOND
from limen.facts import App, Auth, Factor, Person, Upstream
from limen.facts.oidc_client import OidcClient
from limen.sso.oidc import claims

CLIENT = OidcClient(("https://a.example/back",), groups=(("ops", "Admin"), ("staff", "Viewer")))
MIA = Person("p_mia", name="Mia", email="mia@harbor.example", groups=frozenset({"staff", "sales"}), active=True)


def app(**how: bool) -> App:
    return App("a", "A", "", Upstream(""), oidc=OidcClient(("https://a.example/back",), **how))


@pytest.mark.parametrize(
    ("asked", "strength"), [("", 0), ("phr", 3), ("phrh phr", 3), ("urn:other", 0), ("urn:limen:strength:2 phr", 2)]
)
def test_what_an_app_asks_of_the_proof(asked: str, strength: int) -> None:
    assert claims.strength_wanted(asked) == strength


def test_how_somebody_proved_it() -> None:
    auth = Auth(2, frozenset({Factor.PASSWORD, Factor.CODE}), 5 * SECOND)
    assert claims.authentication(auth) == {
        "acr": "urn:limen:strength:2",
        "amr": ["mfa", "otp", "pwd"],
        "auth_time": 5,
    }
    assert claims.authentication(Auth()) == {"amr": [], "auth_time": 0}


def test_only_what_was_asked_and_registered_is_told() -> None:
    assert claims.about(MIA, CLIENT, ["openid"]) == {}
    assert claims.about(MIA, CLIENT, ["email", "groups"]) == {
        "email": "mia@harbor.example",
        "email_verified": True,
        "groups": ["Viewer"],
    }
    assert claims.about(MIA, OidcClient((), scopes=("openid",)), ["profile", "email"]) == {}
    assert claims.groups_told(MIA.groups, ()) == ["sales", "staff"]


def test_a_pairwise_name_tells_two_apps_nothing() -> None:
    one, other = app(is_pairwise=True), App("b", "B", "", Upstream(""), oidc=OidcClient((), is_pairwise=True))
    names = {
        claims.subject("p_mia", one, b"k"),
        claims.subject("p_mia", other, b"k"),
        claims.subject("p_bo", one, b"k"),
    }
    assert len(names) == 3
    assert "p_mia" not in names
    assert claims.subject("p_mia", app(), b"k") == "p_mia"


def test_no_user_name_takes_a_name_of_its_own_away() -> None:
    pairwise, nobody = OidcClient((), is_pairwise=True), Person("p_tom", name="Tom", active=True)
    assert claims.about(MIA, pairwise, ["profile"]) == {"name": "Mia"}
    assert claims.about(MIA, pairwise, ["profile", "email"])["preferred_username"] == "mia@harbor.example"
    assert claims.about(nobody, pairwise, ["profile", "email"]) == {"name": "Tom"}
    assert claims.about(nobody, OidcClient(()), ["profile"])["preferred_username"] == "p_tom"


def test_a_token_is_for_userinfo_unless_a_resource_is_named() -> None:
    assert claims.audience(app(), "", "https://l.example") == ["a", "https://l.example/oidc/userinfo"]
    assert claims.audience(app(), "https://a.example/", "https://l.example") == ["https://a.example/", "a"]


def test_an_old_proof() -> None:
    auth = Auth(3, frozenset({Factor.PASSKEY}), 10 * SECOND)
    assert not claims.is_old(auth, 20 * SECOND, None)
    assert not claims.is_old(auth, 20 * SECOND, 10)
    assert claims.is_old(auth, 21 * SECOND, 10)
    assert claims.is_old(auth, 11 * SECOND, 0)
