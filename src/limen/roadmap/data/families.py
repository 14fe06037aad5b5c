"""The four families that logs come from, and of which of them a source tells. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from limen.monitor.monitor_rules import LogSource


class Family(StrEnum):
    """Where what happens comes from."""

    IDENTITY = "identity"
    ENDPOINTS = "endpoints"
    NETWORK = "network"
    CLOUD = "cloud"


_OF_KIND: Final = {
    "okta": (Family.IDENTITY, Family.CLOUD),
    "entra": (Family.IDENTITY, Family.CLOUD),
    "m365": (Family.IDENTITY, Family.CLOUD),
    "google_workspace": (Family.IDENTITY, Family.CLOUD),
    "aws": (Family.CLOUD,),
    "github": (Family.CLOUD,),
    "suricata": (Family.NETWORK,),
    "fortigate": (Family.NETWORK,),
    "cef": (Family.NETWORK,),
    "leef": (Family.NETWORK,),
    "windows": (Family.ENDPOINTS,),
    "evtx": (Family.ENDPOINTS,),
    "journald": (Family.ENDPOINTS,),
    "auditd": (Family.ENDPOINTS,),
    "clamav": (Family.ENDPOINTS,),
    "syslog": (Family.ENDPOINTS,),
    "syslog_file": (Family.ENDPOINTS,),
}
"""By the kind of a source, or the name of a product whose records it brings. Others, as web servers, are of none."""


def families_of(source: LogSource) -> frozenset[Family]:
    """By its kind, and by its products where its records are JSON."""
    return frozenset(family for name in (source.kind, *source.products) for family in _OF_KIND.get(name, ()))
