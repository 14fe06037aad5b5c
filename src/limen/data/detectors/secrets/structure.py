"""Whether a secret has the structure that its maker gives it: checksums, encoded fields, account numbers."""

from __future__ import annotations

import binascii
import json
from base64 import b32decode, b64decode, urlsafe_b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from zlib import crc32

_BASE62: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE58: Final = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32: Final = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_POLYNOMIAL: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_TWELVE_DIGITS: Final = 999_999_999_999


def ends_in_crc32(matched: bytes) -> bool:
    """`prefix_` and random letters; the last six are their CRC-32 in base 62 (GitHub's and npm's tokens)."""
    random = matched.partition(b"_")[2]
    return random[-6:] == base62(crc32(random[:-6])).rjust(6, b"0")


def base62(number: int) -> bytes:
    """A number with digits, capitals, then small letters."""
    written = b""
    while number:
        number, digit = divmod(number, 62)
        written = _BASE62[digit : digit + 1] + written
    return written


def is_aws_key_id(matched: bytes) -> bool:
    """Since 2019 the letters behind the prefix are base 32 and hold the account's twelve digits; before, I or J."""
    if matched[4:5] in (b"I", b"J"):
        return True
    held = int.from_bytes(b32decode(matched[4:])[:6], "big")
    return (held & 0x7FFF_FFFF_FF80) >> 7 <= _TWELVE_DIGITS


def is_json_web_token(matched: bytes) -> bool:
    """RFC 7519: header and payload are JSON objects, the header names an algorithm."""
    header, payload = (_json_of(part) for part in matched.split(b".")[:2])
    return isinstance(header, dict) and "alg" in header and isinstance(payload, dict)


@dataclass(frozen=True, slots=True)
class HoldsJson:
    """What stands behind a prefix is the beginning of an encoded JSON object."""

    prefix: bytes

    def __call__(self, matched: bytes) -> bool:
        return _decoded(matched[len(self.prefix) :][:64]).startswith(b'{"')


def is_discord_bot_token(matched: bytes) -> bool:
    """Its first part is the bot's number, encoded."""
    number = _decoded(matched.partition(b".")[0])
    return number.isdigit() and 17 <= len(number) <= 20


def is_encoded_private_key(matched: bytes) -> bool:
    """A PEM file with a private key that is encoded once more, as in kubeconfig files and secrets of Kubernetes."""
    return b"PRIVATE KEY-----" in _decoded(matched[matched.find(b"LS0t") :])


def is_basic_authorization(matched: bytes) -> bool:
    """RFC 7617: what is encoded is a name, a colon and a password."""
    name, colon, password = _decoded(matched.split(b" ")[-1].strip(b'"').split(b'"')[-1]).partition(b":")
    return bool(
        colon
        and name
        and len(password) >= 4
        and (name + password).isascii()
        and (name + password).decode().isprintable()
    )


def is_bech32(matched: bytes) -> bool:
    """BIP 173: the last six letters check the others (age, Nostr)."""
    text = matched.lower()
    prefix, _, data = text.rpartition(b"1")
    if any(code not in _BECH32 for code in data):
        return False
    expanded = [*(code >> 5 for code in prefix), 0, *(code & 31 for code in prefix)]
    return _polynomial([*expanded, *(_BECH32.index(code) for code in data)]) == 1


def is_base58_checked(matched: bytes) -> bool:
    """The last four bytes are the beginning of a double SHA-256 of the others (keys of Bitcoin)."""
    number = 0
    for code in matched:
        number = number * 58 + _BASE58.index(code)
    held = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return sha256(sha256(held[:-4]).digest()).digest()[:4] == held[-4:]


def is_slack_token(matched: bytes) -> bool:
    """Of several parts between dashes, some of them numbers of teams and people, the last one random."""
    parts = matched.split(b"-")[1:]
    return len(parts) >= 2 and parts[0].isdigit() and len(parts[-1]) >= 20 and not parts[-1].isalpha()


def is_stripe_key(matched: bytes) -> bool:
    """24 random letters, or about a hundred that begin with the account's number, since 2019 with 5."""
    random = matched.rpartition(b"_")[2]
    return len(random) == 24 or (len(random) >= 90 and random.startswith(b"5"))


def _polynomial(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, part in enumerate(_BECH32_POLYNOMIAL):
            check ^= part if top >> bit & 1 else 0
    return check


def _json_of(encoded: bytes) -> Any:
    try:
        return json.loads(_decoded(encoded))
    except (ValueError, RecursionError):
        return None


def _decoded(encoded: bytes) -> bytes:
    """Base 64 with either alphabet, its padding or its end missing; nothing where it is none."""
    whole = encoded.rstrip(b"=")
    if len(whole) % 4 == 1:
        whole = whole[:-1]
    whole += b"=" * (-len(whole) % 4)
    try:
        return urlsafe_b64decode(whole) if b"-" in whole or b"_" in whole else b64decode(whole)
    except binascii.Error:
        return b""
