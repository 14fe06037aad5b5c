"""Secrets as their makers give them out: random by their form, with checksums and encoded fields."""

from __future__ import annotations

import json
from base64 import b32encode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from random import Random
from zlib import crc32

from tests.data.planted import KEY
from tests.data.written import written

from limen.data.detectors.secrets.every import DETECTORS
from limen.data.detectors.secrets.structure import _BASE58, _BECH32, _polynomial, base62
from limen.data.model import Confidence, Detector, Found
from limen.data.scanning.scanner import Scanner

BY_ID = {one.id: one for one in DETECTORS}


@cache
def scanner() -> Scanner:
    return Scanner(DETECTORS, key=KEY)


def is_found(detector: Detector, value: bytes) -> bool:
    """Whether all detectors together say that this one's secret stands there, as a value in settings and in prose."""
    return all(
        _surest(scanner().text(around % value), detector.id) for around in (b"x\n%s\ny\n", b"the '%s', as before")
    )


def _surest(found: Found, detector: str) -> Confidence | None:
    return found.highest().get(detector)


def planted(detector: Detector, random: Random) -> bytes:
    """A secret of this kind."""
    maker = _MAKERS.get(detector.id)
    return maker(random) if maker else _mixed(detector, random)


def _mixed(detector: Detector, random: Random) -> bytes:
    """By its form. Where a form leaves room for what its check refuses, one that it takes, as most of them are."""
    for _ in range(200):
        value = written(detector.expression, random)
        if detector.check is None or detector.check(value):
            return value
    raise AssertionError(detector.id)


def letters(random: Random, number: int, among: str = "") -> str:
    return "".join(
        random.choice(among or "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") for _ in range(number)
    )


def _with_crc32(*prefixes: str) -> Callable[[Random], bytes]:
    def made(random: Random) -> bytes:
        value = letters(random, 30).encode()
        return random.choice(prefixes).encode() + value + base62(crc32(value)).rjust(6, b"0")

    return made


def _aws(random: Random) -> bytes:
    account = random.randrange(10**11, 10**12)
    held = (account << 7 | random.randrange(1 << 7)) | 1 << 47
    return b"AKIA" + b32encode(held.to_bytes(6, "big") + random.randbytes(4))


def json_web_token(random: Random) -> bytes:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": letters(random, 12), "iat": random.randrange(10**9)})
    encoded = [urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in parts]
    return b".".join((*encoded, urlsafe_b64encode(random.randbytes(32)).rstrip(b"=")))


def _discord(random: Random) -> bytes:
    number = b64encode(str(random.randrange(10**17, 10**18)).encode()).rstrip(b"=")
    return b".".join((number, letters(random, 6).encode(), letters(random, 30).encode()))


def bech32(prefix: bytes, random: Random) -> bytes:
    """BIP 173, of 256 random bits: 52 letters, and six that check them."""
    data = [random.randrange(32) for _ in range(52)]
    expanded = [*(code >> 5 for code in prefix), 0, *(code & 31 for code in prefix)]
    check = _polynomial([*expanded, *data, 0, 0, 0, 0, 0, 0]) ^ 1
    data += [check >> 5 * (5 - at) & 31 for at in range(6)]
    return prefix + b"1" + bytes(_BECH32[one] for one in data)


def base58_checked(held: bytes) -> bytes:
    number, text = int.from_bytes(held + sha256(sha256(held).digest()).digest()[:4], "big"), b""
    while number:
        number, digit = divmod(number, 58)
        text = bytes([_BASE58[digit]]) + text
    return text


def _login(random: Random) -> bytes:
    return b64encode(f"ann:{letters(random, 12)}".encode())


def _json_behind(prefix: bytes, **said: str) -> Callable[[Random], bytes]:
    return lambda random: prefix + b64encode(json.dumps({**said, "k": letters(random, 90)}).encode())


_MAKERS: dict[str, Callable[[Random], bytes]] = {
    "github-token": _with_crc32("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
    "npm-token": _with_crc32("npm_"),
    "aws-access-key": _aws,
    "json-web-token": json_web_token,
    "discord-bot-token": _discord,
    "age-secret-key": lambda random: bech32(b"age-secret-key-", random).upper(),
    "nostr-key": lambda random: bech32(b"nsec", random),
    "bitcoin-key": lambda random: base58_checked(b"\x80" + random.randbytes(32) + b"\x01"),
    "bitcoin-extended-key": lambda random: base58_checked(b"\x04\x88\xad\xe4" + random.randbytes(74)),
    "encoded-private-key": lambda random: b64encode(
        b"-----BEGIN EC PRIVATE KEY-----\n" + b64encode(random.randbytes(90))
    ),
    "basic-authorization": lambda random: b"Authorization: Basic " + _login(random),
    "docker-login": lambda random: b'"auth": "' + _login(random) + b'"',
    "slack-token": lambda random: (
        f"xoxb-{random.randrange(10**11, 10**12)}-{random.randrange(10**11, 10**12)}-{letters(random, 24)}".encode()
    ),
    "stripe-key": lambda random: (
        f"sk_live_{'51' + letters(random, 97) if random.random() < 0.5 else letters(random, 24)}".encode()
    ),
    "onepassword-token": _json_behind(b"ops_", signInAddress="harbor.1password.com"),
    "sentry-org-token": _json_behind(b"sntrys_", url="https://sentry.io"),
    "grafana-cloud-token": _json_behind(b"glc_", o="1"),
}
