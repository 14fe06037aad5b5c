"""What people see on the sign-in host: sign-in, the portal, "Not yet", and the console."""

from __future__ import annotations

from limen.web.build import build
from limen.web.ports import Ports

__all__ = ["Ports", "build"]
