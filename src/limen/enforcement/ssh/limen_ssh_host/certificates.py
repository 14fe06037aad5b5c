"""What a certificate says (PROTOCOL.certkeys of OpenSSH). sshd has verified it before anything here reads it."""

from __future__ import annotations

import base64
from typing import Iterator

from limen.enforcement.ssh.limen_ssh_host.places import KEPT
from limen.following.program.kept import Wrong

_UNTIL = "session-until@limen"


class Certificate:
    """`serial`, `key_id`, `authority` (as it is sent) and `extensions` by their names."""

    def __init__(self, blob: bytes) -> None:
        read = _Reader(blob)
        if read.string() != b"ssh-ed25519-cert-v01@openssh.com":
            raise Wrong("not a certificate of Limen's kind")
        read.string(), read.string()  # nonce and key
        self.serial = read.number(8)
        read.number(4)
        self.key_id = read.string().decode("utf-8", "replace")
        read.string()
        self.after, self.before = read.number(8), read.number(8)
        read.string()
        self.extensions = dict(_pairs(read.string()))
        read.string()
        self.authority = read.string()

    @property
    def until(self) -> float:
        """Until when a session may last, in seconds since 1970: as the certificate itself where it does not say."""
        said = self.extensions.get(_UNTIL, b"")
        return int(said) / 1000 if said.isdigit() and len(said) < 15 else float(self.before)


def presented(info: str) -> tuple[str, Certificate] | None:
    """The certificate of Limen's that somebody logged in with, as sshd tells (`SSH_AUTH_INFO_0`), as it was sent and
    read; None: another way. Its signature is sshd's to verify, so this has to be what sshd says.
    """
    trusted = {base64.b64decode(line.split()[1]) for line in KEPT.path("authorities").read_text().splitlines()}
    for line in info.splitlines():
        words = line.split()
        if len(words) >= 3 and words[0] == "publickey" and words[1] == "ssh-ed25519-cert-v01@openssh.com":
            found = Certificate(base64.b64decode(words[2]))
            if found.authority in trusted:
                return words[2], found
            raise Wrong("the certificate's authority is not Limen's any more")
    return None


def _pairs(data: bytes) -> Iterator[tuple[str, bytes]]:
    read = _Reader(data)
    while read.data:
        name, value = read.string().decode("utf-8", "replace"), read.string()
        yield name, _Reader(value).string() if value else b""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def number(self, size: int) -> int:
        found, self.data = self.data[:size], self.data[size:]
        if len(found) != size:
            raise Wrong("a certificate is cut off")
        return int.from_bytes(found, "big")

    def string(self) -> bytes:
        size = self.number(4)
        found, self.data = self.data[:size], self.data[size:]
        if len(found) != size:
            raise Wrong("a certificate is cut off")
        return found
