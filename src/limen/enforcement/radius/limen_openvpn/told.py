"""What the program is told: the file that Limen wrote."""

from __future__ import annotations

import base64
import json
import os
import re
import stat
from dataclasses import dataclass

from limen.following.program.asking import Limen
from limen.following.program.kept import Wrong

NAME = "limen-openvpn"
_SERVER = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_MOST_BYTES = 1_000_000
"""Of an answer of Limen's."""


@dataclass(frozen=True)
class Told:
    """The file that Limen wrote. `asks` is `device`, where certificates open it, or `person`."""

    url: str
    client: str
    secret: str
    server: str
    asks: str
    management: str
    authority: str = ""

    @staticmethod
    def read(path: str) -> Told:
        with open(path, encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o037:
                raise Wrong(f"others may read {path}: chmod 640 it")
            told = Told(**json.load(file))
        if told.asks not in {"device", "person"} or not _SERVER.fullmatch(told.server):
            raise Wrong(f"{path} is none that Limen wrote")
        return told

    def limen(self) -> Limen:
        """Raises Wrong where that is no place to send a secret to."""
        proof = "Basic " + base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
        return Limen(self.url, NAME, _MOST_BYTES, self.authority, proof)

    def check_place(self) -> None:
        """Raises Wrong where others reach the management interface: who does lets anybody in."""
        folder = os.path.dirname(os.path.abspath(self.management))
        if os.stat(folder).st_mode & (stat.S_IRWXO | stat.S_IWGRP):
            raise Wrong(f"others reach OpenVPN's management interface: chmod 750 {folder}")
