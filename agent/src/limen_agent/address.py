"""Limen's address, as it is typed once and as it stands in every signed message from then on."""

from __future__ import annotations

from urllib.parse import urlsplit

from limen_agent.errors import AgentError

_EXAMPLE = "write it as https://login.harbor.example"


def limen_address(typed: str) -> str:
    """`scheme://host[:port]`, in small letters. Raises AgentError for what is not the address of a server by https.

    Unencrypted http is taken for a Limen on this very machine alone, as its demo is: nothing leaves the machine then.
    """
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AgentError(f"{typed!r} is not an address", _EXAMPLE) from None
    if not host or not host.isascii() or not host.isprintable() or " " in host:
        raise AgentError(f"{typed!r} is not an address", _EXAMPLE)
    if parts.username or parts.password or parts.query or parts.fragment or parts.path not in {"", "/"}:
        raise AgentError(f"{typed!r} has more than a server's name in it", _EXAMPLE)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_this_machine(host)):
        raise AgentError(f"{typed!r} is not an https address", _EXAMPLE)
    shown = f"[{host}]" if ":" in host else host
    is_usual = port is None or port == {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{shown}" + ("" if is_usual else f":{port}")


def is_this_machine(host: str) -> bool:
    """Whether the name means this machine whatever a resolver says (RFC 6761, section 6.3)."""
    return host in {"localhost", "127.0.0.1", "::1"} or host.endswith(".localhost")
