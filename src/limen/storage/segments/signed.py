"""Small signed files beside a chain: how far it has come, and which of its segments are sealed."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from limen.storage.files import replace_file
from limen.storage.segments.link import Signer

CHECKPOINT_FILE: Final = "checkpoint.json"
SEALED_FILE: Final = "sealed.json"
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)
"""What reading a file that was tampered with may raise."""


class SignedFile(msgspec.Struct, frozen=True, kw_only=True):
    """What such a file holds; the last of its fields is `mac`.

    The class's name is part of what is signed, so that none passes for another kind.
    """

    if TYPE_CHECKING:

        @property
        def mac(self) -> str: ...


S = TypeVar("S", bound=SignedFile)


def signed(value: S, signer: Signer) -> S:
    """`value` with its signature."""
    return msgspec.structs.replace(value, mac=_mac(signer.keys[0], value))


def is_genuine(value: SignedFile, signer: Signer) -> bool:
    """Whether the signature is one of ours and nothing was changed."""
    return any(hmac.compare_digest(_mac(key, value), value.mac) for key in signer.keys)


def write_signed(path: Path, value: SignedFile, signer: Signer) -> bytes:
    """Sign and write; returns what was written, which is also what is exported."""
    content = msgspec.json.encode(signed(value, signer)) + b"\n"
    replace_file(path, content)
    return content


def read_genuine(path: Path, kind: type[S], signer: Signer | None, problem: Callable[[str], None]) -> S | None:
    """The signed value in `path`, if it is to the byte what was written; None also where there is no file.

    Without a signer the signature is not looked at.
    """
    if not path.exists():
        return None
    raw = path.read_bytes()
    try:
        value = msgspec.json.decode(raw, type=kind)
        is_ours = msgspec.json.encode(value) + b"\n" == raw and (signer is None or is_genuine(value, signer))
    except UNREADABLE:
        is_ours = False
    if is_ours:
        return value
    problem(f"{path.name} was changed")
    return None


def _mac(key: bytes, value: SignedFile) -> str:
    said = b"limen %s|" % type(value).__name__.lower().encode()
    said += msgspec.json.encode(msgspec.structs.replace(value, mac=""))
    return b64encode(hmac.digest(key, said, "sha256")).decode()
