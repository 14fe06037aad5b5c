from __future__ import annotations

from limen.storage.journal.erasing import Erasing


def test_whoever_asked_waits_for_the_outcome() -> None:
    erasing = Erasing(("p_mia",))
    assert erasing.wait(0) is None
    erasing.finish((3, 0))
    assert erasing.wait(0) == (3, 0)
