"""Entities from JSON: ancestors are followed, contradictions are refused."""

from __future__ import annotations

import random

import pytest

from limen.cedar import DataError, Entities, EntityUid, Schema


def entity(name: str, *parents: str, **more: object) -> dict[str, object]:
    uid = {"type": "T", "id": name}
    return {"uid": uid, "attrs": {}, "parents": [{"type": "T", "id": parent} for parent in parents], **more}


def test_ancestors_are_followed_to_the_top_in_any_order() -> None:
    described = [entity("a", "b"), entity("b", "c", "d"), entity("c", "e"), entity("d", "e"), entity("e", "beyond")]
    for _ in range(10):
        random.Random(_).shuffle(described)
        known = Entities.from_json(described)
        assert {uid.id for uid in known["T", "a"].ancestors} == {"b", "c", "d", "e", "beyond"}
        assert {uid.id for uid in known["T", "d"].ancestors} == {"e", "beyond"}


@pytest.mark.parametrize(
    "described",
    [
        [entity("a", "a")],
        [entity("a", "b"), entity("b", "a")],
        [entity("x", "a"), entity("a", "b"), entity("b", "c"), entity("c", "a")],
    ],
)
def test_a_circle_is_refused(described: list[object]) -> None:
    with pytest.raises(DataError, match="above itself"):
        Entities.from_json(described)


def test_a_chain_of_three_thousand_does_not_end_the_stack() -> None:
    known = Entities.from_json([entity(str(number), str(number + 1)) for number in range(3_000)])
    assert len(known["T", "0"].ancestors) == 3_000


def test_the_same_description_twice_is_one_and_another_is_refused() -> None:
    assert len(Entities.from_json([entity("a"), entity("a")])) == 1
    with pytest.raises(DataError, match="described twice"):
        Entities.from_json([entity("a"), entity("a", attrs={"x": 1})])
    with pytest.raises(DataError, match="described twice"):
        Entities.from_json([entity("a", attrs={"x": True}), entity("a", attrs={"x": 1})])


@pytest.mark.parametrize(
    "described",
    [{}, [1], [{}], [{"uid": 'T::"a"', "attrs": {}, "parents": []}], [entity("a", attrs=[])], [entity("a", tags=[])]],
)
def test_what_is_no_entity_is_refused(described: object) -> None:
    with pytest.raises(DataError):
        Entities.from_json(described)  # type: ignore[arg-type]


def test_a_schema_adds_its_actions_and_reads_bare_values() -> None:
    schema = Schema.parse("entity T in [T] { ip?: ipaddr } tags Long; action all; action go in [all];")
    known = Entities.from_json([entity("a", attrs={"ip": "::1"}, tags={"n": 1})], schema)
    assert known["Action", "go"].ancestors == {EntityUid("Action", "all")}
    assert known["T", "a"].tags == {"n": 1}


@pytest.mark.parametrize(
    ("described", "message"),
    [
        ({"attrs": {"ip": 1}}, "expected string, got long"),
        ({"attrs": {"x": 1}}, "no attribute `x`"),
        ({"tags": {"n": "1"}}, "expected Long, got string"),
        ({"parents": [{"type": "Action", "id": "go"}]}, "can't be in a `Action`"),
        ({"uid": {"type": "Other", "id": "1"}}, "no entity type `Other`"),
        ({"uid": {"type": "Action", "id": "stop"}}, "not the one in the schema"),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(described: dict[str, object], message: str) -> None:
    schema = Schema.parse("entity T in [T] { ip?: ipaddr } tags Long; action go;")
    with pytest.raises(DataError) as refusal:
        Entities.from_json([entity("a") | described], schema)
    assert message in str(refusal.value)
