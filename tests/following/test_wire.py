from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from limen.following.wire import KeyRefusedError, fingerprint, line_of, read_key, signed

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))  # the same in every worker, which names tests by it
LINE = line_of(KEY.public_key())


def test_a_key_is_read_as_it_is_written_and_named_as_ssh_keygen_names_it(tmp_path: Path) -> None:
    assert read_key(f"{LINE} ida@wren").public_bytes_raw() == KEY.public_key().public_bytes_raw()
    (tmp_path / "key.pub").write_text(LINE)
    said = subprocess.run(["ssh-keygen", "-lf", tmp_path / "key.pub"], capture_output=True, text=True, check=True)
    assert said.stdout.split()[1] == fingerprint(KEY.public_key())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        "ssh-rsa " + LINE.split()[1],
        LINE + "AAAA",
        LINE + " " + "x" * 200,
        "ssh-ed25519 ä",
        "ssh-ed25519 " + "=" * 40,
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTY",
        "ssh-ed25519-cert-v01@openssh.com AAAA",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(KeyRefusedError):
        read_key(text)


@pytest.mark.parametrize(
    ("namespace", "message", "holds"), [("a", b"said", True), ("b", b"said", False), ("a", b"sayd", False)]
)
def test_ssh_keygen_verifies_a_signature_in_its_namespace(
    tmp_path: Path, namespace: str, message: bytes, holds: bool
) -> None:
    (tmp_path / "signers").write_text(f"limen {LINE}\n")
    (tmp_path / "sig").write_text(signed(KEY, "a", b"said"))
    command = ["ssh-keygen", "-Y", "verify", "-f", tmp_path / "signers", "-I", "limen", "-n", namespace]
    done = subprocess.run([*command, "-s", tmp_path / "sig"], input=message, capture_output=True, check=False)
    assert (done.returncode == 0) is holds
