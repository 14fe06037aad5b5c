"""Where anti-malware notes what it found. Alone, so that noting it needs nothing of what looks at a machine."""

from __future__ import annotations

from typing import Final

SPOOL: Final = "/var/spool/limen-agent/threats"
