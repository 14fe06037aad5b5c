"""What passes between a browser and a vendor's site."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.enforcement.brokered.test_accounts import ACCOUNT
from tests.enforcement.house import apps

from limen.enforcement.brokered.at_vendor import for_browser, is_signed_out
from limen.facts import SignsIn

SITE = "https://vendor.example"
APP = replace(apps(SITE)[0], account=ACCOUNT)


@pytest.mark.parametrize(
    ("status", "location", "is_out"),
    [
        (302, b"/login", True),
        (303, b"https://vendor.example/login/?next=/a", True),
        (302, b"/login2", False),
        (200, b"/login", False),
        (401, b"", True),
        (403, b"", False),
    ],
)
def test_a_site_that_asks_to_sign_in_is_known(status: int, location: bytes, is_out: bool) -> None:
    assert is_signed_out(APP, "/a", status, [(b"location", location)]) is is_out


def test_with_basic_only_401_asks() -> None:
    basic = replace(APP, account=replace(ACCOUNT, signs_in=SignsIn.BASIC))
    assert not is_signed_out(basic, "/a", 302, [(b"location", b"/login")])
    assert is_signed_out(basic, "/a", 401, [])


def test_what_leads_to_the_site_leads_to_limen_and_nothing_else_does() -> None:
    own = "https://wiki.harbor.example"
    given = [
        (b"location", b"https://vendor.example.evil.example/"),
        (b"content-location", b"https://vendor.example/x"),
        (b"set-cookie", b"a=1"),
        (b"strict-transport-security", b"max-age=1; includeSubDomains"),
        (b"content-type", b"text/html"),
    ]
    assert for_browser(APP, given, own) == [
        (b"location", b"https://vendor.example.evil.example/"),
        (b"content-location", b"https://wiki.harbor.example/x"),
        (b"content-type", b"text/html"),
    ]
