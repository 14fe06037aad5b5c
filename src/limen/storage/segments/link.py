"""Links of a chain, and the key that vouches for them."""

from __future__ import annotations

import hmac
from binascii import b2a_base64
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple


class Link(NamedTuple):
    """A place in the chain: the number of a line, and the head up to it."""

    n: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs and checks heads of one writer's chain. `keys`: today's first, then earlier ones."""

    writer: str
    keys: tuple[bytes, ...]

    def sign(self, link: Link) -> bytes:
        return self._mac(self.keys[0], link)

    def knows(self, link: Link, mac: bytes) -> bool:
        """Whether one of the keys made this `mac` of this head."""
        return any(hmac.compare_digest(self._mac(key, link), mac) for key in self.keys)

    def _mac(self, key: bytes, link: Link) -> bytes:
        said = b"limen journal head|%s|%d|%s" % (self.writer.encode(), link.n, link.head)
        return in_base64(hmac.digest(key, said, "sha256"))


def start_of(writer: str) -> Link:
    """The link before the first line of `writer`'s chain."""
    return Link(0, in_base64(sha256(b"limen journal|" + writer.encode()).digest()))


def next_head(head: bytes, n: int, digest: bytes) -> bytes:
    """The head after line `n`, when `digest` stands for what was added since `head`."""
    return in_base64(sha256(b"%s|%d|%s" % (head, n, digest)).digest())


def in_base64(raw: bytes) -> bytes:
    return b2a_base64(raw, newline=False)
