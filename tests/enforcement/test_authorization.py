from __future__ import annotations

from base64 import b64encode

import pytest

from limen.enforcement.authorization import Presented, for_upstream, is_browser, presented, shows_text
from limen.facts.tokens import new_secret

SECRET = new_secret().encode()


def basic(pair: bytes) -> bytes:
    return b"Basic " + b64encode(pair)


def test_bearer_and_basic_are_read_in_one_spelling():
    assert presented(b"Bearer " + SECRET) == Presented(SECRET, is_basic=False)
    assert presented(b"bearer " + SECRET) == Presented(SECRET, is_basic=False)
    assert presented(basic(b"mia:" + SECRET)) == Presented(SECRET, is_basic=True)
    assert presented(basic(SECRET + b":")) == Presented(SECRET, is_basic=True)


@pytest.mark.parametrize(
    "value",
    [
        b"Bearer  " + SECRET,
        b"Bearer " + SECRET + b",x",
        b"Token " + SECRET,
        b"Bearer limen_workload_abc",
        basic(b"mia:" + SECRET + b"x"),
        basic(SECRET + b":other"),
        basic(b"m" * 2_000 + b":" + SECRET),
        b"Basic\t" + b64encode(b"a:" + SECRET),
        b"Basic " + b64encode(b"a:" + SECRET).rstrip(b"=")[:-3] + b" " + b64encode(b"a:" + SECRET)[-3:],
        b"Basic " + b64encode(b"a:" + SECRET).rstrip(b"=") + b"!",
    ],
    ids=range(10),
)
def test_what_is_ours_in_another_spelling_is_worth_nothing_and_goes_nowhere(value: bytes):
    found = presented(value)
    assert found is not None
    assert found.secret == b""
    assert for_upstream(value) == b""


@pytest.mark.parametrize(
    "value", [b"", b"Bearer eyJhbGciOiJIUzI1NiJ9.e30.x", basic(b"mia:geheim"), b"Basic !", b"\xff"]
)
def test_an_apps_own_field_is_its_own_affair(value: bytes):
    assert presented(value) is None
    assert for_upstream(value) == value


def test_a_browser_is_told_from_a_program():
    assert is_browser(b"cors", b"")
    assert is_browser(b"", b"Mozilla/5.0 (X11; Linux x86_64)")
    assert not is_browser(b"", b"git/2.47.1")
    assert not is_browser(b"cors", b"Mozilla/5.0 Gecko/20100101 Thunderbird/128.0")


def test_git_shows_people_text_and_nothing_else():
    assert shows_text(b"git/2.47.1")
    assert not shows_text(b"curl/8.9")
