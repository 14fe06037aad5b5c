from __future__ import annotations

from typing import Any

from hypothesis import given, settings, strategies as st
from tests.dial import size

from limen.monitor.normal_form import flattening as module
from limen.monitor.normal_form.flattening import DEEPEST, LONGEST_NAME, MOST_FIELDS, MOST_ITEMS, flat, flat_texts
from limen.monitor.normal_form.texts import LONGEST_VALUE

NAMES = st.one_of(st.text(max_size=8), st.sampled_from(["limen", "limen.x", "Limen.y", "EventID", "a\nb", "n" * 300]))


def test_nested_objects_get_dotted_names_and_nothing_is_left_out() -> None:
    assert flat({"a": {"b": {"c": 1}}, "d": [1, "x", True], "e": None, "f": 1.5}) == {
        "a.b.c": 1,
        "d": [1, "x", True],
        "f": 1.5,
    }
    assert flat({"a": [{"b": 1}, {"b": 2}, 3]}) == {"a.0.b": 1, "a.1.b": 2, "a": [3]}


def test_lists_of_names_and_values_become_fields() -> None:
    parameters = [{"Name": "ForwardTo", "Value": "x@out.example"}, {"Name": "Enabled", "Value": True}]
    assert flat({"Parameters": parameters}) == {"Parameters.ForwardTo": "x@out.example", "Parameters.Enabled": True}
    assert flat({"p": [{"name": "VIS", "boolValue": False}]}) == {"p.VIS": False}


def test_depth_and_number_are_bounded() -> None:
    deep: dict[str, object] = {"end": 1}
    for _ in range(50):
        deep = {"a": deep}
    (name,) = flat(deep)
    assert name.count(".") == DEEPEST - 1
    assert len(flat({str(one): one for one in range(10 * MOST_FIELDS)})) == MOST_FIELDS
    assert len(flat({"a": list(range(10_000))})["a"]) == MOST_ITEMS


def test_numbers_that_cannot_be_kept_are_texts() -> None:
    assert flat({"a": 1 << 70, "b": [1 << 70], "c": float("inf")}) == {"a": str(1 << 70), "c": "inf"}


def test_names_and_values_hold_no_control_characters() -> None:
    assert flat({"a\nb\x1b": "c\x1b\nd"}) == {"a b\\u001b": "c\\u001b\nd"}


def test_names_of_limens_own_are_not_a_senders() -> None:
    assert flat({"limen.clock": "x", "Limen": {"cut": 1}, "limens": 2}) == {
        "sent.limen.clock": "x",
        "sent.Limen.cut": 1,
        "limens": 2,
    }


@settings(max_examples=size(500), deadline=None)
@given(
    st.dictionaries(NAMES, st.one_of(st.text(max_size=5), st.none(), st.integers(), st.just("x" * (LONGEST_VALUE + 1))))
)
def test_a_record_of_texts_comes_to_the_same_either_way(record: dict[str, Any]) -> None:
    once = flat(record)
    assert flat_texts(record) == once
    assert list(flat_texts(record)) == list(once)


def test_names_that_are_remembered_are_bounded() -> None:
    for number in range(50):
        (name,) = flat({f"{number:02}" + "x" * 100_000: 1})
        assert len(name) == LONGEST_NAME
    for number in range(300):
        flat({f"p{number}": {f"{number}.{other}": "" for other in range(MOST_FIELDS)}, f"n{number}" + "y" * 150: 1})
    flat({str(number): number for number in range(3)})
    assert len(module._known) <= module._MOST_PREFIXES
    assert all(len(names) <= module._MOST_NAMES for names in module._known.values())
    assert all(len(name) <= 2 * LONGEST_NAME for names in module._known.values() for name in names.values())
    assert flat({"p1": {"1.1": "a"}, "limen.x": "b"}) == {"p1.1.1": "a", "sent.limen.x": "b"}
