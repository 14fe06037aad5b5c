"""Who may be in, and what OpenVPN says of them."""

from __future__ import annotations

import base64
import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

CALLED = re.compile(r"[A-Za-z0-9_.@+'~-]{1,254}")
"""What a client may be called: by this name it is ended."""
SESSION = re.compile(r"v_[0-9a-f]{32}")
CHALLENGE = re.compile(r"CRV1::([A-Za-z0-9_-]{1,64})::.{0,64}", re.DOTALL)
"""What a client answers to a question (management-notes.txt, dynamic challenge)."""
MOST_KEPT = 5_000


@dataclass
class Session:
    """Somebody who may be in until `ends` (seconds since the boot). `called` is what OpenVPN calls them, and `who` may
    not change at a renegotiation.
    """

    id: str
    cid: str
    called: str
    who: str
    began: float
    ends: float
    is_in: bool = False


def remember(kept: OrderedDict[str, None], name: str) -> None:
    kept[name] = None
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)


def who(said: dict[str, str]) -> str:
    """What may not change while a client is in."""
    return f"{said.get('tls_digest_sha256_0', '')} {said.get('username', '')}"


def place(said: dict[str, str]) -> str:
    return said.get("untrusted_ip") or said.get("untrusted_ip6", "")


def question(url: str, user: str, answer: dict[str, Any]) -> str:
    """What asks for the next step (dynamic challenge): whoever signs in sees the number, and types it there. Raises
    ValueError for what would be another command.
    """
    number, state = str(answer["number"]), str(answer["state"])
    if not re.fullmatch(r"[0-9]{2}", number) or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", state):
        raise ValueError("Limen asks nothing that can be shown")
    text = f"Open {url}/radius, type {number} there, then answer OK here"
    return f"CRV1:R,E:{state}:{base64.b64encode(user.encode()).decode()}:{text}"
