"""Envelopes of Splunk's collector."""

from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import events, only

from limen.clock import from_iso
from limen.monitor.normal_form.reading import is_unreadable

ONE, TWO = '{"event":{"user":"jane"},"host":"wren","time":1795770930.5}', '{"event":"hello: x","index":"main"}'


@pytest.mark.parametrize("between", ["", "\n", "\r\n\r\n", " \t"])
def test_one_behind_another(between: str) -> None:
    found = events("hec", ONE + between + TWO + between + ONE)
    assert [one.user for one in found] == ["jane", "", "jane"]
    assert (found[0].host, found[0].at) == ("wren", from_iso("2026-11-27T09:15:30.500Z"))
    assert found[1].fields["index"] == "main"
    assert len({one.uid for one in found}) == 3


def test_what_is_inside_is_read_as_what_it_is() -> None:
    found = only(
        "hec", '{"event":{"EventID":4624,"Channel":"Security","TargetUserName":"jane","Hostname":"heron"},"host":"x"}'
    )
    assert (found.product, found.user, found.host) == ("windows", "jane", "heron")


@pytest.mark.parametrize("envelope", ['{"event":7}', '{"time":1}', '{"event":""}', "{bad", "[" * 9_000])
def test_what_has_no_event_is_kept(envelope: str) -> None:
    assert is_unreadable(only("hec", envelope))


def test_what_follows_a_broken_one_is_kept() -> None:
    found = events("hec", ONE + "{bad" + ONE)
    assert [is_unreadable(one) for one in found] == [False, True]
    assert ONE in found[1].raw
