"""What stands where a secret would, and is none."""

from __future__ import annotations

import pytest
from tests.data.detectors.secrets import planting

from limen.data.detectors.secrets.placeholders import is_mixed, is_no_placeholder, value_of


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "sk_live_your_key_goes_here_please",
        "glpat-aaaaaaaaaaaaaaaaaaaa",
        "postgres://user:password@db/harbor",
        "postgres://user:${PASSWORD}@db/harbor",
        "DATADOG_API_KEY=<your key>",
        "md-outlined-text-field-container",
        "-----BEGIN PRIVATE KEY----- is how it begins",
        "https://harbor.example:8443/a@b",
        "Authorization: Bearer <token>",
        "Authorization: Basic <credentials>",
    ],
)
def test_examples_and_templates_are_none(text: str) -> None:
    assert not planting.scanner().text(text.encode()).findings


def test_values_behind_names() -> None:
    assert value_of(b"token => 'a=b'") == b"a=b"
    assert is_no_placeholder(b"q7Rk2mZx9Lw4Tn8V")
    assert is_mixed(b"d41d8cd98f00b204e9800998ecf8427e")
    assert not is_mixed(b"aaaaaaaaaaaaaaaa1")
