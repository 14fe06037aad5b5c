"""What a node is. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from limen.clock import Instant
from limen.errors import LimenError

_NAME: Final = re.compile(r"[a-z][a-z0-9]{0,19}")
_ADDRESS: Final = re.compile(r"(\[[0-9a-fA-F:]{2,45}\]|[A-Za-z0-9.-]{1,150}):([1-9][0-9]{0,4})")
_LARGEST_PORT: Final = 65_535


class NodeUnfitError(LimenError):
    """That can't be a node, or not yet."""


@dataclass(frozen=True, slots=True)
class Node:
    """A machine that runs Limen over the company's database.

    `address` is where the others reach it. `disk` is drawn anew whenever it joins: with its name it begins the names of
    the chains that this disk holds first, so that no two disks ever write one. `key` is the SHA-256 of the public key
    that it shows since its last start, in hex.
    """

    name: str
    address: str
    disk: str
    key: str = ""
    joined_at: Instant = 0

    @property
    def chain(self) -> str:
        """What the names of the journal's chains that it writes begin with."""
        return f"{self.name}-{self.disk}"

    def writes(self, chain: str) -> bool:
        return chain == self.chain or chain.startswith(f"{self.chain}-")


def a_name(text: str) -> str:
    """Raises NodeUnfitError."""
    if not _NAME.fullmatch(text):
        raise NodeUnfitError(
            f"{text[:40]!r} can't be the name of a node",
            "use up to 20 lower-case letters and digits, the first a letter",
        )
    return text


def an_address(text: str) -> tuple[str, int]:
    """Host and port. Raises NodeUnfitError."""
    found = _ADDRESS.fullmatch(text)
    if found is None or int(found[2]) > _LARGEST_PORT:
        raise NodeUnfitError(
            f"{text[:60]!r} is not the address of a node", "write it as host:port, such as 10.0.0.2:8446"
        )
    return found[1].strip("[]"), int(found[2])
