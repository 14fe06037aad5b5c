from __future__ import annotations

import dataclasses

import pytest

from limen.identity.workload import Workload


def test_a_workload_is_a_value() -> None:
    one = Workload("w_1", "batch", frozenset(), frozenset({"wiki"}), active=True)
    assert one == Workload("w_1", "batch", frozenset(), frozenset({"wiki"}), active=True)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.active = False  # type: ignore[misc]
