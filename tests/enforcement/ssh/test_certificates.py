"""Certificates as OpenSSH reads them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from limen.clock import HOUR, MINUTE, from_iso
from limen.enforcement.ssh.authorities import AuthorityKey, Purpose
from limen.enforcement.ssh.certificates import PersonCertificate, sign_host, sign_person

NOW = from_iso("2026-11-24T09:00:00Z")
AUTHORITY = AuthorityKey("ca_1", NOW, Ed25519PrivateKey.generate().private_bytes_raw(), Purpose.PEOPLE)
KEY = Ed25519PrivateKey.generate().public_key()


def read(folder: Path, line: str) -> str:
    (folder / "cert.pub").write_text(line + "\n")
    command = ["ssh-keygen", "-Lf", folder / "cert.pub"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"TZ": "UTC", "PATH": "/usr/bin"})
    return done.stdout


@pytest.mark.gate("SSH")
def test_a_persons_says_who_where_from_where_and_until_when(tmp_path: Path) -> None:
    said = PersonCertificate(
        serial=2**62,
        key_id="p_ida s_1 d_1",
        account="ida",
        app="databases",
        valid_until=NOW + 10 * MINUTE,
        until=NOW + HOUR,
        address="2001:db8::7",
        is_own=True,
        is_elevated=True,
    )
    shown = read(tmp_path, sign_person(AUTHORITY, KEY, said, NOW))
    for part in (
        "user certificate",
        f"Serial: {2**62}",
        'Key ID: "p_ida s_1 d_1"',
        "ida@databases",
        "2026-11-24T08:59:00 to 2026-11-24T09:10:00",
        "source-address 2001:db8::7",
        "permit-pty",
    ):
        assert part in shown
    assert shown.count("UNKNOWN") == 3
    for part in ("agent-forwarding", "X11", "port-forwarding", "user-rc"):
        assert part not in shown


def test_forwarding_is_there_where_the_app_says_so(tmp_path: Path) -> None:
    said = PersonCertificate(serial=1, key_id="k", account="ida", app="a", valid_until=NOW, until=NOW, may_forward=True)
    shown = read(tmp_path, sign_person(AUTHORITY, KEY, said, NOW))
    assert "permit-port-forwarding" in shown
    assert "agent-forwarding" not in shown


def test_a_hosts_is_for_its_one_name(tmp_path: Path) -> None:
    shown = read(tmp_path, sign_host(AUTHORITY, KEY, 7, "db1.harbor.example", NOW))
    assert "host certificate" in shown
    assert "2026-11-24T08:59:00 to 2026-12-01T09:00:00" in shown
    assert shown.partition("Principals:")[2].split()[0] == "db1.harbor.example"
