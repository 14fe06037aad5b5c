"""Where ClickHouse may be, and how values stand in its SQL."""

from __future__ import annotations

import re

import pytest

from limen.connectors.clickhouse.server import URL, Server, placeholder


def test_a_value_stands_by_its_name_and_type() -> None:
    assert (placeholder("v0", "a"), placeholder("v1", 7)) == ("{v0:String}", "{v1:Int64}")


def test_a_server_does_not_show_its_password() -> None:
    assert "tidal" not in repr(Server(url="https://clickhouse.harbor.example/limen", password="tidal"))


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("", True),
        ("https://clickhouse.harbor.example:8443/limen", True),
        ("http://127.0.0.1:8123/limen", True),
        ("http://clickhouse.harbor.example/limen", False),
        ("https://user:secret@clickhouse.harbor.example/limen", False),
        ("https://clickhouse.harbor.example/limen?password=x", False),
        ("https://clickhouse.harbor.example/", False),
        ("http://127.0.0.1.harbor.example/limen", False),
    ],
)
def test_only_tls_or_this_machine_will_do(url: str, *, is_one: bool) -> None:
    assert (re.match(URL, url) is not None) is is_one
