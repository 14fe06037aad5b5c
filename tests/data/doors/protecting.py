"""A protection of the tests' own, by the real scanner: cards are found, and one step is taken about them.

Mails are taken apart by the standard library, which is enough for what tests write.
"""

from __future__ import annotations

import email
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from limen.data.detectors.every import of_kinds
from limen.data.documents import Inspected, WhyNot
from limen.data.model import Confidence, Kind
from limen.data.rules.model import Judged, Passing, Step
from limen.data.scanning.scanner import Scanner

CARD = b"my credit card 4111 1111 1111 1111 is valid"
NO_CARD = b"my credit card 4111 1111 1111 1112 is valid"
_SCANNER = Scanner(of_kinds([Kind.PAYMENT_CARD]), key=b"k" * 32)


@dataclass
class OwnProtection:
    """`step` is taken where a card is found, `unread` where something was not read."""

    step: Step = Step.BLOCK
    unread: Step = Step.BLOCK
    may_justify: bool = False
    is_asked: bool = True
    only_outside: bool = False
    digest: bytes = b""
    looks: int = 0
    scanner: Scanner = _SCANNER
    broken: set[str] = field(default_factory=set)
    """What fails: `asks`, `inspect`, `judge`, `note`."""
    noted: list[tuple[Passing, Judged, bool, str]] = field(default_factory=list)
    inspected: list[Inspected] = field(default_factory=list)

    def asks(self, passing: Passing) -> bool:
        self._may_fail("asks")
        return self.is_asked

    async def inspect(self, body: AsyncIterator[bytes] | bytes, name: str = "", owner: str = "") -> Inspected:
        self._may_fail("inspect")
        self.looks += 1
        whole = body if isinstance(body, bytes) else b"".join([piece async for piece in body])
        if name.endswith(".eml"):
            parts = [one.get_payload(decode=True) or b"" for one in email.message_from_bytes(whole).walk()]
            whole = b"\n".join([whole, *(one for one in parts if isinstance(one, bytes))])
        found = self.scanner.text(whole)
        return Inspected("text", found, tuple("" for _ in found.findings), digest=self.digest)

    def judge(self, passing: Passing, inspected: Inspected) -> Judged:
        self._may_fail("judge")
        self.inspected.append(inspected)
        is_concerned = bool(passing.outside) or not self.only_outside
        if is_concerned and inspected.found.unique(Confidence.HIGH):
            return Judged(self.step, ("no-cards",), kinds=("Payment card",), may_justify=self.may_justify)
        if is_concerned and inspected.why_not & set(WhyNot):
            return Judged(self.unread, ("unread",))
        return Judged(Step.ALLOW)

    async def note(self, passing: Passing, inspected: Inspected, judged: Judged, *, passed: bool, why: str = "") -> str:
        self._may_fail("note")
        json.dumps(passing.name, ensure_ascii=False).encode()  # the journal holds UTF-8
        self.noted.append((passing, judged, passed, why))
        return f"e{len(self.noted)}"

    def _may_fail(self, what: str) -> None:
        if what in self.broken:
            raise RuntimeError(what)
