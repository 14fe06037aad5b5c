"""What may be written for a directory's server."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.slapd import certificate

from limen.connectors.ldap.written_server import is_certificate, server_complaint


@pytest.mark.parametrize("url", ["ldaps://ldap.harbor.example", "ldap://10.0.0.5:3389/", "ldaps://[fd00::5]"])
def test_an_address_that_can_be_asked(url: str) -> None:
    assert server_complaint(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://ldap.harbor.example",
        "ldaps://",
        "ldaps://ada@ldap.harbor.example",
        "ldaps://ldap.harbor.example/dc=harbor",
        "ldaps://ldap.harbor.example?x",
        "ldaps://ldap.harbor.example:99999",
        "ldaps://[fd00",
        "ldaps://ldäp.harbor.example",
        "ldaps://169.254.169.254",
    ],
)
def test_one_that_can_not(url: str) -> None:
    assert server_complaint(url) is not None


def test_a_certificate_is_one(tmp_path: Path) -> None:
    assert is_certificate(certificate(tmp_path, "slapd", "127.0.0.9"))
    assert not is_certificate("-----BEGIN CERTIFICATE-----")
    assert not is_certificate("")
