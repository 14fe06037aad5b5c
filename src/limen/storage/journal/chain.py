"""The chain: each line of the journal vouches for its body and for every line before it.

A line is `{"n":…,"s":…,"d":…,"h":…,"m":…,"b":…}` and a newline:

- `n` its number, without gaps; `b` its body
- `s` a salt; `d` SHA-256 of salt and body: the body can be erased and the chain still holds, and the digest of what
  was erased can't be guessed at
- `h` SHA-256 of the previous line's `h`, `n` and `d`: the head of the chain up to here
- `m` on the last line of each batch: HMAC-SHA256 of writer, `n` and `h` under a key that is nowhere near the journal,
  so that nobody without it can write a line that counts

The layout is exact to the byte, so nothing about a line can change unseen.
"""

from __future__ import annotations

import re
import secrets
from binascii import b2a_base64
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from limen.storage.segments.link import Link, Signer, next_head

_SALT_BYTES = 16
_BASE64 = rb"[A-Za-z0-9+/]{43}="
_LINE = re.compile(
    rb'\{"n":([1-9][0-9]{0,17}),"s":"([0-9a-f]{32})","d":"(' + _BASE64 + rb')","h":"(' + _BASE64 + rb')",'
    rb'(?:"m":"(' + _BASE64 + rb')",)?"b":([^\n]*)\}\n'
)
ERASED = b"null"
"""The body of a line whose body was erased."""


class Line(NamedTuple):
    """One parsed line, not yet verified."""

    n: int
    salt: bytes
    digest: bytes
    head: bytes
    mac: bytes | None
    body: bytes

    @property
    def link(self) -> Link:
        return Link(self.n, self.head)


class Broken(NamedTuple):
    """Where a chain doesn't hold, and how."""

    n: int
    what: str


def append_lines(bodies: Sequence[bytes], after: Link, signer: Signer) -> tuple[bytes, Link]:
    """Lines with these bodies, to follow `after` as one batch; and the link that they lead to."""
    n, head = after
    salts = secrets.token_hex(_SALT_BYTES * len(bodies)).encode()
    out: list[bytes] = []
    last = len(bodies) - 1
    for i, body in enumerate(bodies):
        salt = salts[i * 32 : i * 32 + 32]
        digest = b2a_base64(sha256(salt + body).digest(), newline=False)
        n += 1
        head = next_head(head, n, digest)
        mac = b'"m":"%s",' % signer.sign(Link(n, head)) if i == last else b""
        out.append(b'{"n":%d,"s":"%s","d":"%s","h":"%s",%s"b":%s}\n' % (n, salt, digest, head, mac, body))
    return b"".join(out), Link(n, head)


def parse(raw: bytes) -> Line | None:
    """Take a line (with its newline) apart; None when it isn't one."""
    found = _LINE.fullmatch(raw)
    if found is None:
        return None
    n, salt, digest, head, mac, body = found.groups()
    return Line(int(n), salt, digest, head, mac, body)


def follow(raws: Iterable[bytes], after: Link, signer: Signer | None) -> Iterator[Line | Broken]:
    """Check lines one after the other from `after` on. The first `Broken` is the last thing it yields.

    Without a signer the heads' signatures are not looked at.
    """
    n, head = after
    for raw in raws:
        line = parse(raw)
        if line is None:
            yield Broken(n + 1, "is not a line of the journal")
            return
        n += 1
        if line.n != n:
            yield Broken(n, f"is missing or out of order: number {line.n} is in its place")
            return
        if line.body != ERASED and b2a_base64(sha256(line.salt + line.body).digest(), newline=False) != line.digest:
            yield Broken(n, "has a body that was changed")
            return
        head = next_head(head, n, line.digest)
        if line.head != head:
            yield Broken(n, "does not follow from the line before it")
            return
        if line.mac is not None and signer is not None and not signer.knows(Link(n, head), line.mac):
            yield Broken(n, "is signed with a key that isn't the journal's")
            return
        yield line
