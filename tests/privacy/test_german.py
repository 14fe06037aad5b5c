from __future__ import annotations

from types import ModuleType

from limen.privacy import english, german


def said_by(words: ModuleType) -> set[str]:
    return {name for name in vars(words) if not name.startswith("_") and name not in {"annotations", "Final"}}


def test_it_says_all_that_english_says() -> None:
    assert said_by(german) == said_by(english)
    for name in said_by(english):
        mine, theirs = getattr(german, name), getattr(english, name)
        if isinstance(theirs, dict):
            assert mine.keys() == theirs.keys()
        elif isinstance(theirs, tuple):
            assert len(mine) == len(theirs)
    assert len(german.kept(1, 2, 3, 4, 5, 1.5, 7)) == len(english.kept(1, 2, 3, 4, 5, 1.5, 7))
    assert "1,5 Stunden" in german.kept(1, 2, 3, 4, 5, 1.5, 7)[4]
    assert german.group("Verwaltung", 1) == "Verwaltung (1 Person)"
    assert "NICHT" in german.measures(is_https=False)[-1]
