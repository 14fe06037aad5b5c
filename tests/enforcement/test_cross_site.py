from __future__ import annotations

import pytest

from limen.enforcement.cross_site import Sender, sender_of
from limen.facts import App, Cors, Upstream

OWN = "https://limen.harbor.example"
DECLARED = b"https://portal.harbor.example"
WIKI = App(
    "wiki", "Wiki", "wiki.harbor.example", Upstream("http://127.0.0.1:9"), cors=Cors(frozenset({DECLARED.decode()}))
)


@pytest.mark.parametrize(
    ("site", "origin", "foreign"),
    [
        (b"same-origin", b"https://wiki.harbor.example", False),
        (b"same-origin", b"null", False),
        (b"none", b"", False),
        (b"same-site", b"https://payroll.harbor.example", True),
        (b"cross-site", b"https://evil.example", True),
        (b"cross-site", b"null", True),
        (b"cross-site", b"", True),
        (b"same-site", DECLARED, False),
        (b"cross-site", DECLARED, False),
        (b"something-new", b"", True),
        (b"SAME-ORIGIN", b"https://evil.example", True),
        (b"", b"https://wiki.harbor.example", False),
        (b"", b"https://wiki.harbor.example.evil.example", True),
        (b"", b"http://wiki.harbor.example", True),
        (b"", b"https://wiki.harbor.example:8443", True),
        (b"", b"https://payroll.harbor.example", True),
        (b"", b"null", True),
        (b"", b"\xff\xfe", True),
        (b"", DECLARED, False),
        (b"", b"", False),
    ],
)
def test_whose_page_it_is(site, origin, foreign) -> None:
    assert Sender(site, origin, OWN).is_foreign(WIKI) is foreign


@pytest.mark.parametrize(("method", "asked"), [(b"GET", False), (b"HEAD", False), (b"OPTIONS", False)])
def test_what_changes_nothing_may_come_from_anywhere(method, asked) -> None:
    assert (sender_of(method, b"cross-site", b"https://evil.example", OWN) is not None) is asked


def test_what_may_change_something_has_a_sender() -> None:
    for method in (b"POST", b"PUT", b"PATCH", b"DELETE", b"PROPFIND", b"get"):
        assert sender_of(method, b"cross-site", b"", OWN) == Sender(b"cross-site", b"", OWN)
    assert sender_of(b"POST", b"", b"", OWN) is None
