"""Signed messages: JWS in compact form (RFC 7515, section 7.1), ES256, by whatever holds the device's key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from limen_agent.keys.device_key import DeviceKey, base64url, public_jwk

Typ = Literal[
    "limen-enrol+jwt",
    "limen-report+jwt",
    "limen-stream+jwt",
    "limen-proof+jwt",
    "limen-certificate+jwt",
    "limen-logs+jwt",
    "limen-tunnel+jwt",
]


def sign(key: DeviceKey, typ: Typ, claims: Mapping[str, Any], device: str = "") -> str:
    """The message, with the device's id in its head, or before there is one with the key itself. Raises AgentError."""
    who: dict[str, Any] = {"kid": device} if device else {"jwk": public_jwk(key.public)}
    head = {"alg": "ES256", "typ": typ, **who}
    text = f"{_part(head)}.{_part(claims)}"
    return f"{text}.{base64url(key.sign(text.encode()))}"


def _part(value: Mapping[str, Any]) -> str:
    return base64url(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
