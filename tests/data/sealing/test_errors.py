from __future__ import annotations

from limen.data.sealing.errors import SealedError, broken


def test_what_is_damaged_is_named() -> None:
    wrong = broken("a.age", "cut")
    assert isinstance(wrong, SealedError)
    assert "a.age" in str(wrong)
