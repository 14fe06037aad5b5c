"""How this machine is called, by whom it was made, and which boot this is."""

from __future__ import annotations

import socket
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

import psutil

from limen_agent.keys.device_key import base64url
from limen_agent.printable import one_line

_DMI: Final = Path("/sys/class/dmi/id")
_FIELDS: Final = {"vendor": "sys_vendor", "model": "product_name", "serial": "product_serial"}
_SAYS_NOTHING: Final = frozenset({"", "none", "default string", "to be filled by o.e.m.", "not specified", "0"})


def host_name() -> str:
    """The first part of the machine's name; `unnamed` where it has none."""
    return one_line(socket.gethostname().partition(".")[0], 63) or "unnamed"


def platform_name() -> str:
    return {"darwin": "macos", "win32": "windows"}.get(sys.platform, "linux")


def hardware() -> dict[str, str]:
    """Maker, model and serial number, as far as this user may read them and the maker filled them in."""
    found = {}
    for name, file in _FIELDS.items():
        try:
            value = one_line((_DMI / file).read_text(errors="replace")[:200], 100)
        except OSError:
            continue
        if value.casefold() not in _SAYS_NOTHING:
            found[name] = value
    return found


def boot(device: str) -> str:
    """A name of this boot that means nothing to anybody but Limen."""
    try:
        this = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        this = f"{psutil.boot_time():.0f}"
    return base64url(sha256(f"{device} {this}".encode()).digest()[:16])
