"""What of a path is remembered, and what never is."""

from __future__ import annotations

from random import Random
from string import ascii_lowercase

import pytest

from limen.enforcement.folded import fold, is_a_name, written


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
        ("/s/qzjvkxwmbfhtplr", "/s/*"),
        ("/qzjvkxwmbfhtplr", "/*"),
        ("/abc-defg-hij", "/*"),
        ("/abcd-efgh-ijkl", "/*"),
        ("/share/kfjwmxnq.vbtrlz.qpwoe", "/share/*"),
        ("/x/kfjwmxnq.vbtrlz.qpwoe", "/x/*"),
        ("/Reset/readable", "/Reset/*"),
        ("/graphql/dashboards/webhooks/thumbnails", "/graphql/dashboards/webhooks/thumbnails"),
        ("/xhtml/phpmyadmin/jquery/rechnungen", "/xhtml/phpmyadmin/jquery/rechnungen"),
        ("/a/b/c/d/e/f/g/h", "/a/b/c/d/e/f/g/h"),
        ("/a/b/c/d/e/f/g/h/i/j", "/a/b/c/d/e/f/g/h/**"),
        ("/ü/{x}/**/%41/a b/a\nb/$(id)", "/*/*/*/*/*/*/*"),
    ],
)
def test_words_stay_and_what_could_name_somebody_goes(path: str, pattern: str) -> None:
    assert written(fold(path)) == pattern


def test_of_random_letters_hardly_any_read_as_a_word() -> None:
    chance = Random(7)
    for length, most in ((10, 80), (15, 10)):
        read = sum(is_a_name("".join(chance.choices(ascii_lowercase, k=length))) for _ in range(2_000))
        assert read <= most


def test_a_name_is_short() -> None:
    assert is_a_name("handbook-chapters-list")
    assert not is_a_name("handbook-chapters-handbook-chapters-x.y.z")
    assert not is_a_name("a" * 16)
    assert not is_a_name("")
