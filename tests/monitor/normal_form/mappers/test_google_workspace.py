from __future__ import annotations

from tests.monitor.normal_form.frames import events, only

from limen.monitor.normal_form.reading import is_unreadable

ACTIVITY = '{"kind":"admin#reports#activity","id":{"time":"2026-11-27T09:15:30Z","uniqueQualifier":"7"},"events":%s}'


def test_events_of_one_activity_have_ids_of_their_own() -> None:
    found = events("google_workspace", ACTIVITY % '[{"name":"logout"},{"name":"logout"}]')
    assert len({one.uid for one in found}) == 2
    assert [one.uid for one in events("google_workspace", ACTIVITY % '[{"name":"logout"},{"name":"x"}]')] == [
        one.uid for one in found
    ]


def test_an_activity_without_events_is_kept() -> None:
    for nothing in ("[]", "7", "null", "[7]"):
        assert is_unreadable(only("google_workspace", ACTIVITY % nothing))
