"""Our own stylesheet and scripts, read once, each under an address that holds a hash of its content."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
PREFIX: Final = "/static/"


@dataclass(frozen=True, slots=True)
class Asset:
    """`packed` is the body in gzip: what is the same for everybody holds no secret that its length could tell of."""

    body: bytes
    media_type: str
    packed: bytes


class Assets:
    """Every file of `static/`, or of other folders. What a browser may keep for ever is named by what is in it."""

    def __init__(self, *folders: Path) -> None:
        self._addresses: dict[str, str] = {}
        self._by_address: dict[str, Asset] = {}
        for path in sorted(path for folder in folders or (FOLDER,) for path in folder.iterdir()):
            if path.suffix in _TYPES:
                body = path.read_bytes()
                address = f"{PREFIX}{sha256(body).hexdigest()[:16]}/{path.name}"
                self._addresses[path.name] = address
                self._by_address[address] = Asset(body, _TYPES[path.suffix], gzip.compress(body, mtime=0))

    def address(self, name: str) -> str:
        """Where `name` is to be had. Raises KeyError when there is no such file."""
        return self._addresses[name]

    def named(self, name: str) -> Asset:
        """The file itself. Raises KeyError when there is no such file."""
        return self._by_address[self.address(name)]

    def at(self, address: str) -> Asset | None:
        return self._by_address.get(address)
