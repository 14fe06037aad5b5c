"""A flood of findings about one is kept up to a number; what is about somebody else is kept as before."""

from __future__ import annotations

import msgspec
import pytest

from limen.clock import HOUR
from limen.monitor.alerts import flooding as flooding_module
from limen.monitor.alerts.flooding import OF_NOBODY, OF_SOMEBODY, Flooding
from limen.monitor.detections.hit import Hit, Level

HIT = Hit(id="h", rule="r", title="", level=Level.HIGH, at=1, entity="person:p_1", person_id="p_1")


def test_of_one_and_the_same_so_many_an_hour_are_kept() -> None:
    flooding = Flooding()
    admitted = [flooding.admits(HIT, 0, is_proven=True) for _ in range(OF_SOMEBODY + 2)]
    assert admitted == [True] * OF_SOMEBODY + [False] * 2
    others = (
        msgspec.structs.replace(HIT, person_id="p_2"),
        msgspec.structs.replace(HIT, rule="r2"),
        msgspec.structs.replace(HIT, level=Level.LOW),
        msgspec.structs.replace(HIT, device_id="d_1"),
    )
    assert all(flooding.admits(one, 0, is_proven=True) for one in others)
    assert flooding.admits(HIT, 0, is_proven=False)
    assert flooding.admits(HIT, HOUR, is_proven=True)


def test_of_nobody_there_may_be_more() -> None:
    flooding, nobody = Flooding(), msgspec.structs.replace(HIT, person_id="")
    assert sum(flooding.admits(nobody, 0, is_proven=False) for _ in range(OF_NOBODY + 5)) == OF_NOBODY


def test_of_what_was_not_kept_so_much_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flooding_module, "MOST_REMEMBERED", 2)
    flooding = Flooding()
    flooding.remember({"a": 1, "b": 1})
    flooding.remember({"b": 7, "c": 1})
    assert flooding.times_of == {"b": 7, "c": 1}
