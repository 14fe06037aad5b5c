"""All facts of one decision, as one value."""

from __future__ import annotations

from dataclasses import replace

from limen.facts import App, Facts, Person, Upstream

APP = App(id="x", name="X", host="x.harbor.example", upstream=Upstream("http://127.0.0.1:1"))


def test_what_the_engine_keeps_beside_the_facts_is_no_part_of_their_value() -> None:
    one, other = Facts(app=APP), Facts(app=APP)
    one.derived.seen = "anything"
    assert one == other
    assert "anything" not in repr(one)


def test_changed_facts_do_not_inherit_what_was_derived_from_the_old_ones() -> None:
    one = Facts(app=APP)
    one.derived.seen = "anything"
    assert replace(one, person=Person("p1")).derived.seen is None
