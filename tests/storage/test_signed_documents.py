"""The signature of documents: any changed byte is found, by Limen and by OpenSSL, which was not written for it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from limen.storage import Keyring
from limen.storage.signed_documents import LastLine, NotAsSignedError, Signing, as_pem

KEYRING = Keyring({1: bytes(32)}, (b"now" * 11, b"before" * 6))
SIGNING = Signing(
    word="limen-test-signature",
    purpose="test",
    about=b"limen test v1\n",
    lines=(LastLine(b"#", b"# "), LastLine(b"<", b"<!-- ", b" -->"), LastLine(b"{", b',"by":"', b'"}')),
)
KEYS = SIGNING.public_keys(KEYRING)
MARKS = [one.mark for one in SIGNING.lines]


def openssl_accepts(folder: Path, file: bytes, signature: bytes, public: bytes) -> bool:
    """What an auditor runs. OpenSSL knows neither Limen nor its form of files."""
    (folder / "file").write_bytes(file)
    (folder / "file.sig").write_bytes(signature)
    (folder / "key.pem").write_bytes(as_pem(public))
    words = ("-verify", "-rawin", "-pubin", "-inkey", "key.pem", "-in", "file", "-sigfile", "file.sig")
    return subprocess.run(["openssl", "pkeyutl", *words], cwd=folder, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("mark", MARKS)
def test_what_is_signed_is_verified_with_the_public_key_alone(mark: bytes) -> None:
    made = SIGNING.signed(b"one\ntwo\n", mark, KEYRING)
    assert SIGNING.verified(made, [KEYS[0]]) == b"one\ntwo\n"
    with pytest.raises(NotAsSignedError):
        SIGNING.verified(made, [bytes(32)])


@pytest.mark.parametrize("mark", MARKS)
def test_any_changed_bit_is_found(mark: bytes) -> None:
    made = SIGNING.signed(b"a\n", mark, KEYRING)
    for place in range(len(made)):
        for bit in range(8):
            changed = bytearray(made)
            changed[place] ^= 1 << bit
            with pytest.raises(NotAsSignedError):
                SIGNING.verified(bytes(changed), KEYS)


def test_what_was_signed_in_one_form_or_kind_is_not_so_in_another() -> None:
    made = SIGNING.signed(b"a\n", b"#", KEYRING)
    with pytest.raises(NotAsSignedError):
        SIGNING.verified(made.replace(b"# limen", b"<!-- limen").replace(b"\n", b" -->\n"), KEYS)
    other = Signing("limen-test-signature", "test", b"limen other v1\n", SIGNING.lines)
    with pytest.raises(NotAsSignedError):
        other.verified(made, KEYS)


def test_what_an_earlier_master_key_signed_still_holds() -> None:
    before = Keyring({1: bytes(32)}, (b"before" * 6,))
    assert SIGNING.verified(SIGNING.signed(b"a\n", b"#", before), KEYS) == b"a\n"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")
def test_openssl_verifies_the_detached_signature_and_refuses_any_change(tmp_path: Path) -> None:
    file = SIGNING.signed(b"one\n", b"#", KEYRING)
    signature = SIGNING.detached(file, KEYRING)
    assert openssl_accepts(tmp_path, file, signature, KEYS[0])
    assert not openssl_accepts(tmp_path, file, signature, KEYS[1])
    assert not openssl_accepts(tmp_path, file + b"\n", signature, KEYS[0])
    assert not openssl_accepts(tmp_path, file[:-1], signature, KEYS[0])
    assert not openssl_accepts(tmp_path, file, signature[:-1] + bytes([signature[-1] ^ 1]), KEYS[0])
