from __future__ import annotations

import pytest

from limen.data.doors.spool import ALTOGETHER, LARGEST, budget
from limen.http_bodies.spool import NoRoomError, Spool


def test_all_together_stay_within_one_budget() -> None:
    room = budget(most=100, largest=60)
    with Spool(room) as one, Spool(room) as other:
        one.write(b"x" * 60)
        assert one.is_full
        assert not other.is_full
        with pytest.raises(NoRoomError):
            other.write(b"x" * 41)
        other.write(b"x" * 40)
    assert room.held == 0
    assert (budget().most, budget().full_at) == (ALTOGETHER, LARGEST)
