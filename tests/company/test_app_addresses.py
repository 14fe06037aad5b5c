"""Addresses of apps that sign people in."""

from __future__ import annotations

import pytest

from limen.company.app_addresses import called_complaint, sent_to_complaint, where_complaint


def test_where_the_portal_leads() -> None:
    assert where_complaint("https://a.harbor.example/") is None
    for wrong in ("javascript:alert(1)", "//a", "https://me@a/", ""):
        assert where_complaint(wrong) is not None


@pytest.mark.parametrize(
    "uri",
    [
        "http://a.example/acs",
        "https://a.example/acs#x",
        "https://*.example/",
        "https://me@a.example/",
        "javascript:alert(1)",
        "http://[::1",
        "no address",
        "//a.example/acs",
        "",
    ],
)
def test_where_nothing_secret_is_brought(uri: str) -> None:
    assert sent_to_complaint(uri, "https://a.example/acs") is not None
    assert sent_to_complaint("https://a.example/acs?x=1", "") is None
    assert sent_to_complaint("http://wiki.localhost:8080/acs", "") is None


def test_what_limen_never_calls() -> None:
    for wrong in ("https://169.254.169.254/out", "http://a.example/out", "https://a.example/#x", "out"):
        assert called_complaint(wrong) is not None
    assert called_complaint("https://a.example/out") is None
