from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from limen.clock import MINUTE, from_iso
from limen.enforcement.ssh.authorities import AuthorityKey, Purpose
from limen.enforcement.ssh.certificates import PersonCertificate, sign_person
from limen.enforcement.ssh.revoked_keys import revocation_list

NOW = from_iso("2026-11-24T09:00:00Z")


def authority() -> AuthorityKey:
    return AuthorityKey("ca_1", NOW, Ed25519PrivateKey.generate().private_bytes_raw(), Purpose.PEOPLE)


def is_revoked(folder: Path, listed: bytes, by: AuthorityKey, serial: int) -> bool:
    """As ssh-keygen sees it, which reads the list with sshd's own code."""
    said = PersonCertificate(
        serial=serial, key_id="k", account="ida", app="databases", valid_until=NOW + MINUTE, until=NOW + MINUTE
    )
    (folder / "krl").write_bytes(listed)
    (folder / "cert.pub").write_text(sign_person(by, Ed25519PrivateKey.generate().public_key(), said, NOW))
    done = subprocess.run(
        ["ssh-keygen", "-Qf", folder / "krl", folder / "cert.pub"], capture_output=True, check=False, text=True
    )
    assert (done.returncode in {0, 1} and "ok" in done.stdout) or "REVOKED" in done.stdout, done
    return done.returncode == 1


@pytest.mark.gate("SSH")
def test_ssh_keygen_finds_what_is_revoked_and_nothing_else(tmp_path: Path) -> None:
    one, other = authority(), authority()
    listed = revocation_list([one.blob], [7, 2**62, 5], 3, NOW)
    assert [is_revoked(tmp_path, listed, one, serial) for serial in (5, 7, 2**62, 6, 1)] == [True] * 3 + [False] * 2
    assert not is_revoked(tmp_path, listed, other, 7)
    both = revocation_list([one.blob, other.blob], [7], 4, NOW)
    assert is_revoked(tmp_path, both, one, 7)
    assert is_revoked(tmp_path, both, other, 7)


def test_an_empty_list_revokes_nothing_and_is_one(tmp_path: Path) -> None:
    one = authority()
    assert not is_revoked(tmp_path, revocation_list([one.blob], [], 1, NOW), one, 7)
