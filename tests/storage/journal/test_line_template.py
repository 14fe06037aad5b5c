from __future__ import annotations

import msgspec
from hypothesis import given, strategies as st

from limen.events import DecisionRecord, Event, from_ocsf
from limen.storage.journal.line_template import LineTemplate, encode

words = st.text(max_size=12)
numbers = st.integers(1, 2**53)


@given(words, words, words, numbers, numbers, st.integers(2, 10**9), st.floats(0, 10**7).map(lambda x: round(x, 1)))
def test_a_filled_form_is_the_line_as_it_would_be_written_in_full(
    session: str, route: str, reason: str, at: int, until: int, count: int, micros: float
) -> None:
    def event(event_id: str, at: int, until: int, count: int, micros: float) -> Event:
        record = DecisionRecord(
            effect="permit",
            reasons=(reason, "100%"),
            revision="r%d",
            facts="f" * 64,
            now=at,
            app="wiki",
            action="view",
            route=route,
            door="check",
            micros=micros,
        )
        return Event(id=event_id, at=at, kind="decision", session=session, count=count, until=until, decision=record)

    form = LineTemplate(event("0" * 24, 1, 0, 1, 1.5))
    wanted = event("0123456789abcdef01234567", at, until, count, micros)
    line = form.filled(wanted.id, at, until, count, micros)
    assert line == encode(wanted)
    assert from_ocsf(msgspec.json.decode(line)) == wanted


def test_two_forms_keep_apart() -> None:
    record = DecisionRecord(effect="deny", reasons=(), revision="1", facts="f", now=1, app="a", action="view")
    one, other = (LineTemplate(Event(id="x", at=1, kind="decision", session=s, decision=record)) for s in ("s1", "s2"))
    assert b"s1" in one.filled("y", 1, 2, 3, 0.5)
    assert b"s2" in other.filled("y", 1, 2, 3, 0.5)
