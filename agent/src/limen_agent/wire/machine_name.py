"""How this machine is called, by whom it was made, and which boot this is."""

from __future__ import annotations

import re
import socket
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import psutil

from limen_agent.bounded_json import read_object
from limen_agent.collectors.check import UndeterminedError
from limen_agent.collectors.machine import Machine
from limen_agent.collectors.this_machine import ThisMachine
from limen_agent.keys.device_key import base64url
from limen_agent.printable import one_line

_DMI: Final = Path("/sys/class/dmi/id")
_FIELDS: Final = {
    "vendor": "sys_vendor",
    "model": "product_name",
    "serial": "product_serial",
    "uuid": "product_uuid",
}
_SAYS_NOTHING: Final = frozenset({"", "none", "default string", "to be filled by o.e.m.", "not specified", "0"})
_IOREG: Final = re.compile(r'"(manufacturer|model|IOPlatformSerialNumber|IOPlatformUUID)" = <?"([^"]{1,100})"')
_OF_APPLE: Final = {
    "manufacturer": "vendor",
    "model": "model",
    "IOPlatformSerialNumber": "serial",
    "IOPlatformUUID": "uuid",
}
_WINDOWS: Final = (
    "$ErrorActionPreference='Stop';[Console]::OutputEncoding=[Text.Encoding]::UTF8;"
    "$p=Get-CimInstance Win32_ComputerSystemProduct;$b=Get-CimInstance Win32_BIOS;"
    "ConvertTo-Json -Compress @{vendor=$p.Vendor;model=$p.Name;serial=$b.SerialNumber;uuid=$p.UUID}"
)


def host_name() -> str:
    """The first part of the machine's name; `unnamed` where it has none."""
    return one_line(socket.gethostname().partition(".")[0], 63) or "unnamed"


def platform_name() -> str:
    return {"darwin": "macos", "win32": "windows"}.get(sys.platform, "linux")


def hardware(machine: Machine | None = None) -> dict[str, str]:
    """Maker, model, serial number and hardware UUID, as far as this user may read them and the maker filled them in.

    By the last two a company's device management knows the machine, too. macOS and Windows are recorded, not run.
    """
    here = machine or ThisMachine()
    read = {"macos": _of_apple, "windows": _of_windows}.get(platform_name(), _of_linux)
    try:
        told = read(here)
    except (UndeterminedError, ValueError):
        return {}
    clean = {name: one_line(value, 100) for name, value in told.items() if isinstance(value, str)}
    return {name: value for name, value in clean.items() if value.casefold() not in _SAYS_NOTHING}


def _of_linux(_machine: Machine) -> dict[str, Any]:
    found = {}
    for name, file in _FIELDS.items():
        with suppress(OSError):
            found[name] = (_DMI / file).read_text(errors="replace")[:200]
    return found


def _of_apple(machine: Machine) -> dict[str, Any]:
    said = machine.run("ioreg", "-rd1", "-c", "IOPlatformExpertDevice")
    return {_OF_APPLE[name]: value for name, value in _IOREG.findall(said.out)} if said.code == 0 else {}


def _of_windows(machine: Machine) -> dict[str, Any]:
    said = machine.run("powershell.exe", "-NoProfile", "-NonInteractive", "-Command", _WINDOWS, seconds=60)
    told = read_object(said.out.lstrip("\ufeff"), longest=10_000) if said.code == 0 else {}
    return {name: told.get(name) for name in _FIELDS}


def boot(device: str) -> str:
    """A name of this boot that means nothing to anybody but Limen."""
    try:
        this = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        this = f"{psutil.boot_time():.0f}"
    return base64url(sha256(f"{device} {this}".encode()).digest()[:16])
