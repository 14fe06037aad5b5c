from __future__ import annotations

from limen.configuration.tree import Tree

TREE = Tree([1, 1, {"a": [1, 1, [1, 4, [[1, 5, 7], [1, 8, {"b": [1, 9, [1, 12, "x"]]}]]]]}])


def test_values_come_without_their_places() -> None:
    assert TREE.plain() == {"a": [7, {"b": "x"}]}


def test_a_path_leads_to_its_value_or_as_near_as_there_is() -> None:
    assert TREE.at("a", 1, "b") == (1, 12)
    assert TREE.at("a", 5, "c") == (1, 4)
    assert TREE.at() == (1, 1)


def test_a_key_has_a_place_of_its_own() -> None:
    assert TREE.key_at("a", 1, "b") == (1, 9)
    assert TREE.key_at("a", 0) == (1, 5)
    assert TREE.key_at("z", "y") == (1, 1)


def test_it_knows_what_it_holds() -> None:
    assert TREE.holds("a")
    assert TREE.holds("a", 1, "b")
    assert not TREE.holds("a", 2)
    assert not TREE.holds("b")
    assert not TREE.holds("a", "b")
