"""What is said of an error has nothing of what others said in it."""

from __future__ import annotations

import urllib.error
from email.message import Message

import pytest

from limen.enforcement.radius.limen_openvpn.log import named, note


def test_an_error_is_named_and_not_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    note(named(ValueError("the password was 47")))
    note(named(urllib.error.HTTPError("https://x/secret", 401, "secret", Message(), None)))
    assert capsys.readouterr().err.splitlines() == ["limen-openvpn: ValueError", "limen-openvpn: HTTP 401"]
