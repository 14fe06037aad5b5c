"""Requests that wait for a person."""

from __future__ import annotations

import pytest

from limen.clock import SECOND, SetClock
from limen.sso import kept_requests
from limen.sso.kept_requests import KeptRequests


def test_it_is_looked_at_until_it_is_used_or_over() -> None:
    clock = SetClock(10)
    kept: KeptRequests[str] = KeptRequests(clock, 60)
    one, two = kept.keep("one", "a"), kept.keep("two", "a")
    assert [kept.look(one), kept.look(one), kept.look("guessed")] == ["one", "one", None]
    assert [kept.take(one), kept.take(one), kept.look(one)] == [True, False, None]
    clock.forward(60 * SECOND)
    assert kept.look(two) is None
    kept.keep("three", "a")
    assert len(kept) == 1


def test_each_source_has_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_requests, "MOST", 4)
    monkeypatch.setattr(kept_requests, "MOST_OF_A_SOURCE", 3)
    kept: KeptRequests[str] = KeptRequests(SetClock(10), 60)
    mine = kept.keep("mine", "me")
    proved = kept.keep("proved", "app", is_proved=True)
    for number in range(20):
        kept.keep(str(number), "flood")
    assert (kept.look(mine), kept.look(proved), len(kept)) == ("mine", "proved", 5)
