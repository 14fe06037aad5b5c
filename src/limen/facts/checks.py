"""The checks that a device's health is made of, by the ids under which agents report them and policies read them."""

from __future__ import annotations

from typing import Final

CHECKS: Final = (
    "os",
    "updates",
    "auto_updates",
    "disk_encryption",
    "screen_lock",
    "firewall",
    "anti_malware",
    "edr",
    "secure_boot",
    "administrators",
    "threats",
    "management",
)
"""In the order in which people are shown them. `management`: what the company's device management makes of the whole
device; no agent can say it.
"""
