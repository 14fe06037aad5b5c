from __future__ import annotations

from tests.importing.entra.reading import FILE, account, node

from limen.importing.report import Verdict


def test_what_is_taken_is_told_by_its_place_and_the_rest_is_unknown() -> None:
    value = {"id": "a", "isEnabled": True, "number": 4, "words": ["x", "y"], "inner": {"more": 1}}
    read = node(value)
    assert (read.text("id", "its name"), read.flag("isEnabled", "on"), read.number("number", "four")) == ("a", True, 4)
    assert read.words("words", "words") == ("x", "y")
    found = {one.path[1:]: one.verdict for one in account(read, value).items}
    assert found.pop(("inner", "more")) is Verdict.NOT_TRANSLATED
    assert set(found.values()) == {Verdict.TRANSLATED}


def test_what_has_another_type_is_as_good_as_absent() -> None:
    read = node({"id": 7, "isEnabled": "yes", "number": True, "words": [1], "inner": []})
    assert (read.text("id", "x"), read.flag("isEnabled", "x"), read.number("number", "x")) == ("", False, 0)
    assert (read.words("words", "x"), bool(read.child("inner")), read.children("id")) == ((), False, [])
    assert all(one.verdict is Verdict.NOT_TRANSLATED for one in account(read, {"id": 7}).items)


def test_sets_of_flags_are_lists() -> None:
    assert node({"kinds": "internalGuest, b2bCollaborationGuest"}).words("kinds") == (
        "internalGuest",
        "b2bCollaborationGuest",
    )


def test_places_of_what_is_inside() -> None:
    inner = node({"list": [{"a": "b"}]}).children("list")[0]
    assert inner.at("a") == (FILE, "list", 0, "a")
    assert node({"x@odata.context": "y", "a": None, "b": "c"}).said() == ["b"]
