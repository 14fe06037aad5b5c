"""What the doctor says of the process that reads documents."""

from __future__ import annotations

import sys

import pytest

from limen import confinement
from limen.data.extraction.examining import examine
from limen.finding import State


def test_what_does_not_hold_is_said_with_its_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "has_filter", lambda: True)
    assert (examine().state, examine().fix) == (State.OK, "")
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    assert examine().state is State.WARNING
    assert examine().fix
