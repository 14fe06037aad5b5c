"""Manifests: who sealed what, and what is no word of this company."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from limen.data.sealing import files, manifest
from limen.data.sealing.errors import SealedError
from limen.data.sealing.manifest import Certificate, Manifest, Signed
from limen.facts import Label

NOW = 1_800_000_000_000
LIMEN, ADA = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
KEYS = [LIMEN.public_key().public_bytes_raw()]
WHOLE = Manifest("limen.harbor.example", "confidential", "2026", "sk_1", "d" * 16, "0" * 64, "p_ada", NOW)
CERTIFICATE = Certificate(WHOLE.tenant, "p_ada", ADA.public_key().public_bytes_raw().hex(), NOW - 1_000, NOW + 1_000)


@dataclass(frozen=True)
class Forgery:
    name: str
    signed: Signed


def by_ada(whole: Manifest = WHOLE, certificate: Certificate = CERTIFICATE) -> Signed:
    return manifest.sign(whole, ADA, manifest.certify(certificate, LIMEN))


def changed(whole: Manifest = WHOLE, **what: object) -> Manifest:
    return msgspec.structs.replace(whole, **what)


def test_a_person_signs_by_a_certificate_and_limen_by_itself() -> None:
    assert manifest.verify(by_ada(), KEYS, "a.age") == WHOLE
    own = changed(by=manifest.SERVER)
    assert manifest.verify(manifest.sign(own, LIMEN), [b"x" * 32, *KEYS], "a.age") == own
    assert manifest.label_of(WHOLE) is Label.CONFIDENTIAL


FORGERIES = [
    *(
        Forgery(f"changed {name}", msgspec.structs.replace(by_ada(), manifest=changed(**{name: value})))
        for name, value in {
            "tenant": "limen.other.example",
            "label": "public",
            "period": "2027",
            "key": "sk_2",
            "document": "e" * 16,
            "payload_blake3": "1" * 64,
            "by": "p_ben",
            "at": NOW + 1,
        }.items()
    ),
    Forgery("by herself alone", manifest.sign(WHOLE, ADA)),
    Forgery("in another's name", by_ada(changed(by="p_ben"))),
    Forgery("after the certificate", by_ada(changed(at=NOW + 2_000))),
    Forgery("before the certificate", by_ada(changed(at=NOW - 2_000))),
    Forgery("of another company", by_ada(changed(tenant="limen.other.example"))),
    Forgery("certified by herself", manifest.sign(WHOLE, ADA, manifest.certify(CERTIFICATE, ADA))),
    Forgery(
        "a longer certificate",
        manifest.sign(
            WHOLE,
            ADA,
            msgspec.structs.replace(
                manifest.certify(CERTIFICATE, LIMEN),
                certificate=msgspec.structs.replace(CERTIFICATE, until=NOW * 2),
            ),
        ),
    ),
    Forgery("no signature", msgspec.structs.replace(by_ada(), signature="")),
    Forgery("no hex", msgspec.structs.replace(by_ada(), signature="zz")),
    Forgery("no key", by_ada(certificate=msgspec.structs.replace(CERTIFICATE, key="00"))),
]


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda one: one.name)
def test_what_was_not_signed_so_is_refused(forgery: Forgery) -> None:
    with pytest.raises(SealedError):
        manifest.verify(forgery.signed, KEYS, "a.age")


def test_only_who_has_the_files_key_says_what_is_of_it() -> None:
    key, other = b"k" * 16, b"o" * 16
    whole = manifest.with_mac(changed(document=files.document_id(key)), key)
    manifest.check_key(whole, key, "a.age")
    manifest.check_key(manifest.with_mac(whole, key), key, "a.age")
    for wrong in (changed(whole, others=("age1eve",)), changed(whole, mac=""), manifest.with_mac(whole, other)):
        with pytest.raises(SealedError):
            manifest.check_key(wrong, key, "a.age")
    with pytest.raises(SealedError):
        manifest.check_key(whole, other, "a.age")


def test_without_keys_nothing_is_verified() -> None:
    with pytest.raises(SealedError):
        manifest.verify(by_ada(), [], "a.age")


def test_a_label_that_is_none_is_refused() -> None:
    with pytest.raises(SealedError):
        manifest.label_of(changed(label="secretest"))


def test_it_stands_beside_the_file(tmp_path: Path) -> None:
    manifest.write(tmp_path / "a.age", by_ada())
    assert manifest.path_of(tmp_path / "a.age").name == "a.age.manifest"
    assert manifest.read(tmp_path / "a.age") == by_ada()


@pytest.mark.parametrize("text", [b"", b"{}", b"[" * 9_000, b"\xff", b'{"manifest": 1}', b" " * 9_000])
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "a.age.manifest").write_bytes(text)
    with pytest.raises(SealedError):
        manifest.read(tmp_path / "a.age")
    with pytest.raises(SealedError):
        manifest.read(tmp_path / "missing.age")
