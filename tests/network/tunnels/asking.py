"""The real dig (BIND) on a laptop, and what it says."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import time
from dataclasses import dataclass

import pytest
from tests.network.tunnels.far import RESOLVER
from tests.network.tunnels.laptop import Laptop

needs_dig = pytest.mark.skipif(shutil.which("dig") is None, reason="dig is missing (apt: bind9-dnsutils)")
SILENT = "SILENT"


@dataclass(frozen=True)
class Said:
    """`status` is SILENT where nothing came back."""

    status: str
    flags: frozenset[str]
    addresses: list[str]
    ttl: int
    text: str


async def dig(
    one: Laptop, name: str, kind: str = "A", *words: str, at: str = RESOLVER, until_status: str = "", seconds: float = 8
) -> Said:
    """What is answered, once it is with this status."""
    end = time.monotonic() + seconds
    while True:
        said = await asyncio.to_thread(_dig, one, "-t", kind, name, *words, f"@{at}")
        if not until_status or said.status == until_status:
            return said
        assert time.monotonic() < end, said
        await asyncio.sleep(0.05)


def _dig(one: Laptop, *words: str) -> Said:
    network = f"--net=/proc/{one.router.hosts[one.vlan]}/ns/net"
    command = ["nsenter", network, "dig", "+tries=1", "+timeout=1", "+nosearch", *words]
    text = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout
    head = re.search(r"status: (\w+), id: \d+\n;; flags: ([a-z ]*);", text)
    answers = re.findall(r"^[^;\s]\S*\s+(\d+)\s+IN\s+A(?:AAA)?\s+(\S+)$", text, re.MULTILINE)
    if head is None:
        return Said(SILENT, frozenset(), [], 0, text)
    ttl = max((int(ttl) for ttl, _ in answers), default=0)
    return Said(head[1], frozenset(head[2].split()), sorted(address for _, address in answers), ttl, text)
