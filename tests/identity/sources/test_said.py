from __future__ import annotations

from limen.identity.sources.model import Did, Waits
from limen.identity.sources.said import COUNTS, WAITS


def test_everything_that_can_become_of_somebody_has_words() -> None:
    assert (set(COUNTS), set(WAITS)) == (set(Did), set(Waits))
