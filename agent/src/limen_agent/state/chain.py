"""The number of the last report and its hash. Both are on the disk before a report leaves, so none is used twice."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from limen_agent.keys.device_key import base64url
from limen_agent.state.folder import StateFolder

NAME: Final = "chain.json"
_LARGEST: Final = 2**53 - 1


class Chain:
    """Reports in their order. `prev` is the hash of the last one that was signed, whether or not it arrived."""

    def __init__(self, folder: StateFolder, seq: int, prev: str) -> None:
        self._folder = folder
        self.seq = seq
        self.prev = prev

    @classmethod
    def begin(cls, folder: StateFolder) -> Chain:
        chain = cls(folder, 0, "")
        chain._keep()
        return chain

    @classmethod
    def load(cls, folder: StateFolder) -> Chain:
        """Raises AgentError where it is damaged: a number that was guessed could be one that was used."""
        found = folder.read_json(NAME)
        seq, prev = found.get("seq"), found.get("prev")
        if (
            type(seq) is not int
            or not 0 <= seq < _LARGEST
            or not isinstance(prev, str)
            or set(found) != {"seq", "prev"}
        ):
            raise folder.damaged(NAME)
        if len(prev) != (43 if seq else 0):
            raise folder.damaged(NAME)
        return cls(folder, seq, prev)

    def advance(self, signed: str) -> None:
        """`signed` takes the next number: note that on the disk. Raises AgentError; then it must not leave."""
        before = self.seq, self.prev
        self.seq, self.prev = self.seq + 1, hash_of(signed)
        try:
            self._keep()
        except BaseException:
            self.seq, self.prev = before
            raise

    def _keep(self) -> None:
        self._folder.write_json(NAME, {"seq": self.seq, "prev": self.prev})


def hash_of(signed: str) -> str:
    """The base64url SHA-256 of a compact JWS."""
    return base64url(sha256(signed.encode()).digest())
