"""Who: people, factors, sign-in, sessions."""

from __future__ import annotations

from limen.identity.model import SignedIn, Token, Visitor
from limen.identity.parts import Parts, build, register
from limen.identity.ports import Ports

__all__ = ["Parts", "Ports", "SignedIn", "Token", "Visitor", "build", "register"]
