"""Secure Boot, as the firmware says (UEFI specification, section 3.3)."""

from __future__ import annotations

from limen_agent.collectors.check import Observed, UndeterminedError
from limen_agent.collectors.machine import Machine
from limen_agent.collectors.memory import Memory

_VARIABLES = "/sys/firmware/efi/efivars"
_GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c"


def secure_boot(machine: Machine, memory: Memory) -> Observed:
    del memory
    if not machine.exists("/sys/firmware/efi"):
        return Observed({"enabled": False}, "this system was started without UEFI")
    is_on, is_in_setup = _flag(machine, "SecureBoot"), _flag(machine, "SetupMode")
    if is_on and is_in_setup:
        return Observed({"enabled": False}, "the firmware is in setup mode, which takes any key")
    return Observed({"enabled": is_on}, f"the firmware says that Secure Boot is {'on' if is_on else 'off'}")


def _flag(machine: Machine, name: str) -> bool:
    """Four bytes of attributes, and one of value (efivarfs)."""
    content = machine.read(f"{_VARIABLES}/{name}-{_GLOBAL}", 64)
    if len(content) != 5 or content[4] not in {0, 1}:
        raise UndeterminedError("unreadable", f"the firmware's {name} was not understood")
    return content[4] == 1
