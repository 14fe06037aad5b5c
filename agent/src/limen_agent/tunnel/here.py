"""The tunnel as this system makes it: Linux is tried for real, macOS and Windows on recorded outputs."""

from __future__ import annotations

import sys
from pathlib import Path

from limen_agent.tunnel.interface import Interface
from limen_agent.tunnel.key import TunnelKey
from limen_agent.tunnel.linux import LinuxInterface
from limen_agent.tunnel.macos import MacInterface
from limen_agent.tunnel.told import Way
from limen_agent.tunnel.windows import WindowsInterface


def interface(name: str, key: TunnelKey, way: Way, endpoint: str, state: Path, system: str = sys.platform) -> Interface:
    """Make one. `name` "" is the system's usual; `state` is the agent's folder. Raises AgentError where it can't be
    made: then nothing of it is left.
    """
    if system == "win32":
        return WindowsInterface(name, key, way, endpoint, state)
    kind = MacInterface if system == "darwin" else LinuxInterface
    return kind(name, key, way, endpoint)
