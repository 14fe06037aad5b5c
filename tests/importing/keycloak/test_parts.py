from __future__ import annotations

from limen.importing.keycloak.parts import entries, is_true, listed, mapping, text, texts


def test_what_is_of_another_kind_is_nothing() -> None:
    assert (mapping([1]), text(1), texts(["a", 1]), texts("a")) == ({}, "", ["a"], [])
    assert list(entries({"a": [{"b": 1}, 2]}, "a", ("f",))) == [({"b": 1}, ("f", "a", 0))]
    assert (is_true("true"), is_true(True), is_true("yes"), is_true(None)) == (True, True, False, False)


def test_a_list_may_be_written_inside_a_text() -> None:
    assert (listed(["a"]), listed('["a"]'), listed('{"a": 1}'), listed("["), listed(None)) == (
        ["a"],
        ["a"],
        None,
        None,
        None,
    )
    assert listed("[" * 50_000 + "]" * 50_000) is None
