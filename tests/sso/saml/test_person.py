"""What an app is told of a person."""

from __future__ import annotations

from limen.facts import App, Person, Upstream
from limen.facts.service_provider import AssertionConsumer, ServiceProvider
from limen.sso.saml.person import attributes_of, format_for, name_of

MIA = Person("p_mia", "Mia Marsh", "mia@harbor.example", frozenset({"staff", "sales"}))
WIKI = App("manual", "Manual", "", Upstream(""))
BOARD = App("board", "Board", "", Upstream(""))


def provider(**more: object) -> ServiceProvider:
    return ServiceProvider("wiki", (AssertionConsumer("https://wiki.example/acs"),), **more)  # type: ignore[arg-type]


def test_a_persistent_name_is_of_one_app_and_stays() -> None:
    def name(app: App, secret: bytes = b"s", sign_in: str = "g_1") -> str:
        return name_of(MIA, app, "persistent", secret, sign_in)

    assert name(WIKI) == name(WIKI, sign_in="g_2")
    assert len({name(WIKI), name(BOARD), name(WIKI, b"t"), MIA.id}) == 4


def test_a_transient_name_is_of_one_sign_in() -> None:
    names = {name_of(MIA, WIKI, "transient", b"s", sign_in) for sign_in in ("g_1", "g_2", "g_1")}
    assert len(names) == 2


def test_other_names_say_what_they_are() -> None:
    assert [name_of(MIA, WIKI, word, b"s", "") for word in ("email", "unspecified")] == ["mia@harbor.example", "p_mia"]


def test_an_app_may_ask_for_a_name_that_tells_less_and_for_no_other() -> None:
    assert [format_for(provider(), one) for one in ("", "unspecified", "persistent", "transient", "email")] == [
        "persistent",
        "persistent",
        "persistent",
        "transient",
        None,
    ]
    assert [format_for(provider(name_id="email"), one) for one in ("", "email", "persistent")] == [
        "email",
        "email",
        "persistent",
    ]


def test_attributes_are_in_the_words_of_the_app_and_empty_ones_are_left_out() -> None:
    named = (("mail", "email"), ("cn", "name"), ("roles", "groups"), ("uid", "id"))
    assert attributes_of(MIA, provider(attributes=named, groups=(("staff", "Reader"),))) == [
        ("mail", ("mia@harbor.example",)),
        ("cn", ("Mia Marsh",)),
        ("roles", ("Reader",)),
        ("uid", ("p_mia",)),
    ]
    nobody = Person("p_x", "", "", frozenset())
    assert attributes_of(nobody, provider(attributes=named)) == [("uid", ("p_x",))]
    assert attributes_of(MIA, provider(attributes=())) == []
