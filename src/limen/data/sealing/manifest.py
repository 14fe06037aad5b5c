"""The manifest beside a sealed file: what it is, for which label, sealed by whom and when, signed by Ed25519.

The age format says nothing of who sealed a file: whoever knows the public key can put another in its place. The
manifest does. It is signed by a key that Limen certified for one person and some hours, or by Limen itself. It names
the file by the BLAKE3 of its payload, which stays when keys change, and by an ID that only the file's key gives; and
its `mac` proves that whoever signed had that key, for anybody with a certificate could sign for files of others.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from limen.clock import Instant
from limen.data.sealing import files, header
from limen.data.sealing.errors import SealedError, broken
from limen.facts import Label
from limen.storage.files import open_plain, replace_file

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ENDING: Final = ".manifest"
MOST_BYTES: Final = 8_192
_MANIFEST: Final = b"limen sealed manifest 1\n"
_CERTIFICATE: Final = b"limen sealing certificate 1\n"
SERVER: Final = "server"
"""Who is named where a command on the server sealed, and nobody signed in."""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of one sealed file. `key` is the ID of the sealing key, `by` a person's ID, `others` for whom it is
    sealed beside the company (keys of age), `folder` whether a folder is in it, as a tar, and `mac` an HMAC-SHA-256
    (hex) of all of this under the file's key.
    """

    tenant: str
    label: str
    period: str
    key: str
    document: str
    payload_blake3: str
    by: str
    at: Instant
    others: tuple[str, ...] = ()
    folder: bool = False
    mac: str = ""


class Certificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Until when a person's key (raw Ed25519, in hex) may sign manifests in their name."""

    tenant: str
    person: str
    key: str
    since: Instant
    until: Instant


class Certified(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    certificate: Certificate
    signature: str


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As it stands in the file. `certified` is missing where Limen itself signed."""

    manifest: Manifest
    signature: str
    certified: Certified | None = None


def certify(certificate: Certificate, limen: Ed25519PrivateKey) -> Certified:
    return Certified(certificate, limen.sign(_CERTIFICATE + _bytes(certificate)).hex())


def sign(manifest: Manifest, key: Ed25519PrivateKey, certified: Certified | None = None) -> Signed:
    """`key` is the one that was `certified`, or Limen's own."""
    return Signed(manifest, key.sign(_MANIFEST + _bytes(manifest)).hex(), certified)


def with_mac(manifest: Manifest, file_key: bytes) -> Manifest:
    """The manifest as whoever has the file's key says it."""
    return msgspec.structs.replace(manifest, mac=_mac(manifest, file_key))


def check_key(manifest: Manifest, file_key: bytes, name: str) -> None:
    """Raises SealedError where it is of another file, or from somebody who never had this one's key."""
    if manifest.document != files.document_id(file_key):
        raise broken(name, "its manifest is that of another file")
    if not hmac.compare_digest(manifest.mac.encode(), _mac(manifest, file_key).encode()):
        raise broken(name, "its manifest was written without the file's key")


def verify(signed: Signed, limen: Sequence[bytes], name: str) -> Manifest:
    """The manifest, when it is as it was signed under one of Limen's keys (raw). Raises SealedError."""
    manifest, keys = signed.manifest, tuple(limen)
    if signed.certified is not None:
        certificate = signed.certified.certificate
        _check(_CERTIFICATE + _bytes(certificate), signed.certified.signature, limen, name)
        is_theirs = (certificate.tenant, certificate.person) == (manifest.tenant, manifest.by)
        if not is_theirs or not certificate.since <= manifest.at <= certificate.until:
            raise _forged(name)
        keys = (_hex(certificate.key),)
    _check(_MANIFEST + _bytes(manifest), signed.signature, keys, name)
    return manifest


def label_of(manifest: Manifest) -> Label:
    """Raises SealedError for a label that is none."""
    with suppress(KeyError):
        return Label[manifest.label.upper()]
    raise _forged(manifest.document)


def path_of(sealed: Path) -> Path:
    return sealed.with_name(sealed.name + ENDING)


def write(sealed: Path, signed: Signed) -> None:
    """Put the manifest beside its file. Raises OSError."""
    replace_file(path_of(sealed), msgspec.json.format(msgspec.json.encode(signed), indent=2) + b"\n")


def read(sealed: Path) -> Signed:
    """The manifest beside a sealed file, not verified yet. Raises SealedError, also where there is none."""
    path = path_of(sealed)
    try:
        with open_plain(path) as file:  # on a share, anything may be in its place
            text = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise SealedError(
            f"{path.name} is missing, so nobody can say who sealed {sealed.name}",
            "put it back; a recovery key opens the file without it",
        ) from None
    try:
        if len(text) <= MOST_BYTES:
            return msgspec.json.decode(text, type=Signed)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    raise _forged(sealed.name)


def _check(signed: bytes, signature: str, keys: Sequence[bytes], name: str) -> None:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    for key in keys:
        with suppress(InvalidSignature, ValueError):
            Ed25519PublicKey.from_public_bytes(key).verify(_hex(signature), signed)
            return
    raise _forged(name)


def _mac(manifest: Manifest, file_key: bytes) -> str:
    key = header.derived(file_key, b"", b"limen manifest")
    return hmac.digest(key, _bytes(msgspec.structs.replace(manifest, mac="")), "sha256").hex()


def _hex(text: str) -> bytes:
    with suppress(ValueError):
        return bytes.fromhex(text)
    return b""


def _bytes(value: Manifest | Certificate) -> bytes:
    return msgspec.json.encode(value, order="deterministic")


def _forged(name: str) -> SealedError:
    return SealedError(
        f"the manifest of {name} is not one that this company signed for it",
        "ask whoever gave you the file, or restore both from a backup",
    )
