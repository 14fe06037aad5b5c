"""Passwords and keys that stand beside a name: real ones are found, and what fetches or explains them is not."""

from __future__ import annotations

import pytest
from tests.data.planted import KEY

from limen.data.detectors.every import DETECTORS
from limen.data.detectors.secrets.passwords import is_address_with_password
from limen.data.detectors.secrets.placeholders import is_named_key, is_typed_password
from limen.data.scanning.scanner import Scanner

_NAMES = ("typed-password", "named-key", "aws-secret-key", "address-with-password", "connection-string")
_SCANNER = Scanner([DETECTORS[one] for one in _NAMES], key=KEY)
_MIXED = "q7Rk2mZx9Lw4Tn8Vb3Hd6Yc1"


@pytest.mark.parametrize(
    "text",
    [
        "password: Wx7!pqRs22",
        'passwort = "Sommer-2026!"',
        f'api_key: "{_MIXED}"',
        f"client_token => '{_MIXED}'",
        "redis://:Wx7!pqRs22@cache.harbor.example:6379",
        "Server=db.harbor.example;Database=pay;User Id=ann;Password=Wx7pqRs22;",
        "DB_PASSWORD=Wx7!pqRs22",
    ],
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
    assert is_named_key(f"secret: '{_MIXED}'".encode())
    assert not is_named_key(b"secret: 'qwertyuiopasdfghjkl'")
    assert not is_address_with_password(b"postgres://user:password@db")
