"""A user as it is sent and as it is read; hostile ones are in tests/attacks/test_hostile_scim_apps.py."""

from __future__ import annotations

from hypothesis import given, strategies as st

from limen.connectors.scim.users import SentUser, changes, differing, merged, read_user

ADA = SentUser("pa_1", "ada@harbor.example", "Ada van Lind", "ada@harbor.example")
NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@given(NAMES, NAMES)
def test_what_is_sent_is_read_as_the_same(name: str, user_name: str) -> None:
    user = SentUser("pa_1", user_name, name, "ada@harbor.example")
    told = {**user.as_json(), "id": "1"}
    assert differing(user, read_user(told)) == ()
    assert differing(user, read_user({**told, "active": False})) == ("active",)


def test_a_name_is_told_in_the_parts_that_apps_ask_for() -> None:
    written = ADA.as_json()
    assert written["name"] == {"formatted": "Ada van Lind", "givenName": "Ada van", "familyName": "Lind"}
    assert SentUser("pa_1", "x", "Ada").as_json()["name"] == {"formatted": "Ada", "familyName": "Ada"}
    assert set(SentUser("pa_1", "x").as_json()) == {"schemas", "externalId", "userName", "active"}


def test_only_what_differs_is_changed_and_what_is_not_sent_never_differs() -> None:
    found = read_user({"id": "1", "externalId": "pa_1", "userName": "ADA@harbor.example", "displayName": "Eve"})
    assert differing(ADA, found) == ("displayName", "emails")
    assert differing(SentUser("pa_1", "ada@harbor.example"), found) == ()
    operations = changes(ADA, ("displayName", "active"), is_active=False)["Operations"]
    assert [(one["op"], one["path"]) for one in operations] == [
        ("replace", "displayName"),
        ("replace", "name"),
        ("replace", "active"),
    ]


def test_what_the_app_has_beside_stays_when_the_whole_is_written() -> None:
    whole = {"id": "1", "userName": "ada", "title": "Captain", "meta": {"version": "x"}}
    assert merged(whole, None, is_active=False) == {"id": "1", "userName": "ada", "title": "Captain", "active": False}
    written = merged(whole, ADA, is_active=True)
    assert (written["title"], written["userName"], written["active"]) == ("Captain", "ada@harbor.example", True)


def test_the_first_address_counts_where_none_is_said_to_be() -> None:
    several = [{"value": "a@x"}, {"value": "b@x", "primary": True}]
    assert read_user({"id": "1", "emails": several}).email == "b@x"
    assert read_user({"id": "1", "emails": several[:1]}).email == "a@x"
    assert read_user({"id": "1", "name": {"formatted": "Ada"}}).name == "Ada"
