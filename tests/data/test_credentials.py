"""How what data keeps of somebody ends."""

from __future__ import annotations

from limen.credentials import Cause
from limen.data.credentials import CREDENTIALS


def test_what_opens_nothing_stays_for_a_reason() -> None:
    for kind in CREDENTIALS:
        assert all(len(kind.how(cause).because) > 15 for cause in Cause)
