"""Addresses of apps that sign people in: where browsers are sent, and where Limen itself calls."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from limen.configuration.problem import shown
from limen.ssrf_guard import is_forbidden

_URI: Final = re.compile(r"[!-~]{1,500}")


def sent_to_complaint(uri: str, example: str) -> tuple[str, str] | None:
    """What is wrong with an address that browsers bring something secret to: `example` is a good one."""
    parts = parts_of(uri)
    if parts is None:
        return f"{shown(uri)} is not an address", f"write it as {example}"
    if parts.fragment or "#" in uri or "*" in uri:
        return f"{shown(uri)} has a fragment or a wildcard", "write the whole address that the app sends"
    if parts.scheme == "https" and parts.hostname and "@" not in parts.netloc:
        return None
    if parts.scheme == "http" and is_loopback(parts.hostname):
        return None
    return f"{shown(uri)} could be read in transit", "use https"


def where_complaint(url: str) -> tuple[str, str] | None:
    """What is wrong with the address that the portal's link leads to."""
    parts = parts_of(url)
    if parts is None or parts.scheme not in {"https", "http"} or not parts.hostname or "@" in parts.netloc:
        return f"{shown(url)} is not an address", "write it as https://app.your.domain/"
    return None


def called_complaint(uri: str) -> tuple[str, str] | None:
    """What is wrong with an address that Limen itself calls."""
    parts = parts_of(uri)
    if parts is None or not parts.hostname or "@" in parts.netloc or parts.fragment:
        return f"{shown(uri)} is not an address", "write it as https://app.your.domain/logout"
    if is_forbidden(parts.hostname):
        return f"{shown(uri)} is not an address that an app can have", "give the machine that the app runs on"
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        return f"{shown(uri)} could be read in transit", "use https"
    return None


def parts_of(uri: str) -> SplitResult | None:
    """The parts of an absolute address in visible ASCII; None for anything else."""
    if not _URI.fullmatch(uri):
        return None
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme else None


def is_loopback(host: str | None) -> bool:
    """A program on the person's own machine (RFC 8252 section 7.3), or the demo."""
    return host in {"127.0.0.1", "::1", "localhost"} or bool(host and host.endswith(".localhost"))
