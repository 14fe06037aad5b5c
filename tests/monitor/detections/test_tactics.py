"""The tactics are those of MITRE ATT&CK, in the words of Sigma's tags."""

from __future__ import annotations

from limen.monitor.detections.tactics import TACTICS


def test_there_are_fourteen_from_looking_around_to_harm() -> None:
    assert len(TACTICS) == 14
    assert next(iter(TACTICS)) == "reconnaissance"
    assert [word for word, title in TACTICS.items() if word.replace("-", " ") != title.lower()] == []
