"""Passwords and keys that stand beside a name: real ones are found, and what fetches or explains them is not."""

from __future__ import annotations

import pytest
from tests.data.planted import KEY

from limen.data.detectors.every import DETECTORS
from limen.data.detectors.secrets import is_random, is_typed_password
from limen.data.scanning.scanner import Scanner

_SCANNER = Scanner([DETECTORS["typed-password"], DETECTORS["named-key"], DETECTORS["aws-secret-key"]], key=KEY)
_MIXED = "q7Rk2mZx9Lw4Tn8Vb3Hd6Yc1"


@pytest.mark.parametrize(
    "text", ["password: Wx7!pqRs22", 'passwort = "Sommer-2026!"', f'api_key: "{_MIXED}"', f"client_token => '{_MIXED}'"]
)
def test_what_somebody_wrote_down_is_found(text: str) -> None:
    assert _SCANNER.text(text.encode()).findings


@pytest.mark.parametrize(
    "text",
    [
        "password: ${DB_PASSWORD}",
        "password = getenv(",
        "password: required",
        "password: ********",
        'token: "your-token-goes-here-please"',
        'secret = "aaaaaaaaaaaaaaaaaaaaaaaa1"',
        "The password: everybody chooses their own",
    ],
)
def test_what_fetches_or_explains_one_is_not(text: str) -> None:
    assert not _SCANNER.text(text.encode()).findings


def test_the_value_is_what_stands_behind_the_name() -> None:
    assert is_typed_password(b"pwd=Ab1=cd2:ef")
    assert is_random(f"secret: '{_MIXED}'".encode())
    assert not is_random(b"secret: 'qwertyuiopasdfghjkl'")
