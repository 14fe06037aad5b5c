"""What a rule sees of an event: by column, by path or by the source's own name, in lower case, within bounds."""

from __future__ import annotations

from tests.monitor.detections.texts import event

from limen.monitor.detections.event_view import MAX_TEXT, MAX_VALUES, EventView, folded, key_of
from limen.monitor.detections.tree import EVERYTHING


def test_a_name_leads_to_one_key_whatever_its_spelling() -> None:
    assert {key_of(name) for name in ("src_ip", "SRC_IP", "src_endpoint.ip", "Src_Endpoint.IP")} == {"src_ip"}
    assert key_of("Threat Name") == key_of("ThreatName") == "threatname"


def test_columns_come_first_and_what_is_empty_is_missing() -> None:
    view = EventView(event(user="Jane", fields={"USER": "Omar", "A": "", "B": None, "C": [], "D": 0, "E": False}))
    assert (view["user"], view.exact("user")) == ("jane", "Jane")
    assert [view[name] for name in "abcde"] == [None, None, None, "0", "false"]
    assert view["nowhere"] is None


def test_values_are_texts_as_people_write_them() -> None:
    view = EventView(event(fields={"a": 5.0, "b": 5.5, "c": True, "d": ["X", 1, {"e": "Y"}]}))
    assert [view[name] for name in "abcd"] == ["5", "5.5", "true", ("x", "1", "y")]


def test_all_that_is_said_has_each_value_apart() -> None:
    everything = EventView(event(user="Jane", raw="The line", fields={"a": ["X", "Y"]}))[EVERYTHING]
    assert isinstance(everything, str)
    assert {"jane", "the line", "x", "y"} <= set(everything.split("\0"))


def test_long_texts_and_lists_are_bounded_and_keep_both_ends() -> None:
    view = EventView(event(fields={"a": "b" + "x" * 10 * MAX_TEXT + "e", "l": list(range(10_000))}))
    said = view["a"]
    assert isinstance(said, str)
    assert (said[0], said[-1], len(said) < MAX_TEXT + 10) == ("b", "e", True)
    assert len(view["l"] or ()) == MAX_VALUES


def test_folding_does_not_look_around() -> None:
    assert folded("ΑΣ") + folded("Α") == folded("ΑΣΑ")
    assert folded("ſ") == "s"
