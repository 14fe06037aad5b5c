"""`upstream:` in apps.yaml."""

from __future__ import annotations

import pytest

from limen.company.upstream_section import UpstreamSection, upstream_complaint, upstream_of


def test_it_becomes_an_upstream_in_the_units_of_the_gateway() -> None:
    made = upstream_of(UpstreamSection(url="http://127.0.0.1:3000/", connect_seconds=0.5, max_request_megabytes=2))
    assert (made.url, made.connect_ms, made.max_request_bytes) == ("http://127.0.0.1:3000", 500, 2 << 20)


@pytest.mark.parametrize("url", ["http://127.0.0.1:3000", "https://10.0.0.5:8443", "http://[fd00::1]:80"])
def test_scheme_host_and_port_are_enough(url: str) -> None:
    assert upstream_complaint(url) is None


@pytest.mark.parametrize("url", ["127.0.0.1:3000", "ftp://a", "http://u:p@a", "http://a/path", "http://a?b"])
def test_anything_else_is_refused_with_what_to_write(url: str) -> None:
    found = upstream_complaint(url)
    assert found is not None
    assert found[1]
