"""What of a path is remembered, from when on, and what never is."""

from __future__ import annotations

import pytest

from limen.enforcement.path_patterns import (
    MOST_CANDIDATES,
    MOST_KEPT,
    PathPatterns,
    could_be_a_word,
    fold,
    written,
)


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/", "/"),
        ("/login", "/login"),
        ("/login/", "/login/"),
        ("/api/v2/getUserInfo", "/api/v2/getUserInfo"),
        ("/.well-known/openid-configuration", "/.well-known/openid-configuration"),
        ("/export/report.csv", "/export/report.csv"),
        ("/files/1234/report", "/files/*/report"),
        ("/people/ada@harbor.example/photo", "/people/*/photo"),
        ("/wiki/salary-of-noor-bakker", "/wiki/*"),
        ("/c/0f3b9b1e-6f0a-4d0a-9a53-0c1d2e3f4a5b", "/c/*"),
        ("/Users/noor/photo", "/Users/*/photo"),
        ("/commit/deadbeef", "/commit/*"),
        ("/s/dQw4w9WgXcQ", "/s/*"),
        ("/t/eyJhbGciOiJIUzI1NiJ9.e30.abc", "/t/*"),
        ("/abc-defg-hij", "/*"),
        ("/abcd-efgh-ijkl", "/*"),
        ("/share/kfjwmxnq.vbtrlz.qpwoe", "/share/*"),
        ("/Reset/readable", "/Reset/*"),
        ("/a/b/c/d/e/f/g/h", "/a/b/c/d/e/f/g/h"),
        ("/a/b/c/d/e/f/g/h/i/j", "/a/b/c/d/e/f/g/h/**"),
        ("/ü/{x}/**/%41/a b/a\nb/$(id)", "/*/*/*/*/*/*/*"),
    ],
)
def test_what_is_written_like_an_id_or_follows_a_word_for_people_and_secrets_never_stays(
    path: str, pattern: str
) -> None:
    assert written(fold(path)) == pattern
    patterns = PathPatterns()
    found = [written(patterns.pattern(path, f"p{number}")) for number in range(4)]
    assert found[2:] == [pattern, pattern]


def test_a_word_is_short() -> None:
    assert could_be_a_word("handbook-chapters-list")
    assert not could_be_a_word("handbook-chapters-handbook-chapters-x.y.z")
    assert not could_be_a_word("a" * 16)
    assert not could_be_a_word("")


def test_all_names_of_a_path_stay_at_the_third_person() -> None:
    patterns = PathPatterns()
    asked = [written(patterns.pattern("/api/v2/export", who)) for who in ("ana", "ana", "ben", "", "eve", "ana", "")]
    assert asked == ["/*/*/*"] * 4 + ["/api/v2/export"] * 3


def test_a_name_after_different_ids_that_read_as_words_is_learned_as_well() -> None:
    patterns = PathPatterns()
    for who, title in (("ana", "harvest"), ("ben", "tides"), ("eve", "lantern"), ("ana", "marble"), ("ben", "foxes")):
        found = patterns.pattern(f"/wiki/{title}/history", who)
    assert found == ("wiki", "*", "history")


def test_what_was_kept_before_a_restart_stays_and_what_became_wide_takes_no_more_names() -> None:
    patterns = PathPatterns([("files", "*", "report"), ("search", "")], [("files",)])
    assert patterns.kept == {("files",), ("files", "*", "report"), ("search",)}
    for who in ("ana", "ben", "eve"):
        assert patterns.pattern("/files/list/report", who) == ("files", "*", "report")
    patterns.widen((), {"files"})
    assert patterns.narrowed(("files", "*", "report")) == ("*", "*", "*")
    assert patterns.narrowed(("search", "")) == ("search", "")


def test_names_and_candidates_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (MOST_KEPT, MOST_CANDIDATES) == (1_000, 5_000)
    monkeypatch.setattr("limen.enforcement.path_patterns.MOST_KEPT", 2)
    monkeypatch.setattr("limen.enforcement.path_patterns.MOST_CANDIDATES", 10)
    patterns = PathPatterns()
    for name in ("files", "search", "list", "tides"):
        for who in ("ana", "ben", "eve"):
            patterns.pattern(f"/{name}", who)
    assert patterns.kept == {("files",), ("search",)}
    patterns = PathPatterns()
    for letter in "abcdefghijklmnopqrstuvwxyz":
        patterns.pattern(f"/{letter}", "ana" if letter < "m" else "ben")
        assert len(patterns._candidates) <= 10
