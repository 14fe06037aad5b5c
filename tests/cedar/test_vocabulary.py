"""What compiled code can reach, and that it rather raises than guesses."""

from __future__ import annotations

from typing import Any

import pytest

from limen.cedar import Entity, EntityUid
from limen.cedar.vocabulary import VOCABULARY

ADA, VIEW, WIKI = (Entity(EntityUid(*name), {"own": name[1]}) for name in (("U", "ada"), ("Action", "v"), ("App", "w")))
BOSS = Entity(EntityUid("U", "bo"), {"own": "bo"}, frozenset({EntityUid("Group", "g")}), {"desk": "4"})
WHERE = (ADA, VIEW, WIKI, {BOSS.uid: BOSS})


def word(name: str) -> Any:
    return VOCABULARY[name]


def test_there_is_no_way_out() -> None:
    assert VOCABULARY["__builtins__"] == {}
    assert not {"open", "eval", "exec", "getattr", "__import__", "compile", "globals"} & VOCABULARY.keys()


@pytest.mark.parametrize("entity", [ADA, VIEW, WIKI, BOSS])
def test_an_attribute_is_read_wherever_the_entity_is(entity: Entity) -> None:
    assert word("attribute")(entity.uid, "own", *WHERE) == entity.uid.id


@pytest.mark.parametrize("value", ["text", 1, EntityUid("U", "ghost")])
def test_an_attribute_of_anything_else_raises(value: object) -> None:
    with pytest.raises(Exception):  # noqa: B017 -- any exception means doubt
        word("attribute")(value, "own", *WHERE)


def test_references_are_followed_into_groups_and_tags() -> None:
    assert word("is_in")(BOSS.uid, EntityUid("Group", "g"), *WHERE)
    assert word("has")(BOSS.uid, "own", *WHERE)
    assert word("has_tag")(BOSS.uid, "desk", *WHERE)
    assert word("get_tag")(BOSS.uid, "desk", *WHERE) == "4"
    assert not word("has_tag")(EntityUid("U", "ghost"), "desk", *WHERE)


def test_a_doubt_raises() -> None:
    with pytest.raises(Exception):  # noqa: B017 -- any exception means doubt
        word("doubt")()
