"""Data protection over text alone, with the real scanner: what the gateway asks in these tests."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from limen.data.detectors.every import DETECTORS
from limen.data.documents import Inspected, WhyNot
from limen.data.doors.judging import together
from limen.data.scanning.scanner import Scanner
from limen.facts import Label
from limen.facts.passing import Channel, Judged, Passing, Step
from limen.pillar.data_checks import DataChecks

CARD = "4012 8888 8888 1881"
"""A number that card makers give out for tests; beside the word it is surely one."""
SECRET = f"card number: {CARD}"
SCANNER = Scanner([DETECTORS["payment-card"]], key=b"k" * 16)


@dataclass
class Checks:
    """`step` is what is done about a card, `unread` about what can't be looked into; `asked` counts who was asked."""

    step: Step = Step.BLOCK
    unread: Step = Step.ALLOW
    may_justify: bool = True
    channels: tuple[Channel, ...] = (Channel.UPLOAD, Channel.DOWNLOAD)
    apps: tuple[str, ...] = ("wiki", "payroll")
    fails: type[BaseException] | None = None
    label: Label | None = None
    is_confirmed: bool = False
    """Whether somebody decided that what is stopped is sensitive."""
    at_least: int = 1
    """So many cards."""
    stops: bool | None = None
    """Whether rules could stop something: then so is what can't be taken apart. None: as the steps above say."""
    asked: list[Passing] = field(default_factory=list)
    inspected: list[tuple[str, bytes]] = field(default_factory=list)
    noted: list[tuple[Passing, Judged, bool, str]] = field(default_factory=list)
    excepted: set[bytes] = field(default_factory=set)
    reasons: list[tuple[str, str, str]] = field(default_factory=list)

    def offer(self) -> DataChecks:
        return DataChecks(
            asks=self.asks,
            inspect=self.inspect,
            not_inspected=lambda why: Inspected("", why_not=frozenset({WhyNot(why)})),
            judge=self.judge,
            note=self.note,
            dialogue=self,
            stops=lambda _passing: max(self.step, self.unread) >= Step.WARN if self.stops is None else self.stops,
            together=lambda several: together(list(several)),
        )

    def asks(self, passing: Passing) -> bool:
        self.asked.append(passing)
        return passing.channel in self.channels and passing.app in self.apps

    async def inspect(
        self, body: AsyncIterator[bytes] | bytes, name: str = "", owner: str = "", among: str = ""
    ) -> Inspected:
        if self.fails is not None:
            raise self.fails
        text = body if isinstance(body, bytes) else b"".join([piece async for piece in body])
        self.inspected.append((name, text))
        found = SCANNER.text(text)
        kind = "text" if b"\0" not in text else "unknown"
        why_not = frozenset({WhyNot.UNKNOWN_KIND}) if kind == "unknown" else frozenset()
        return Inspected(kind, found, tuple(f"byte {one.start}" for one in found.findings), why_not=why_not)

    def judge(self, passing: Passing, inspected: Inspected) -> Judged:
        del passing
        if self.label is not None:
            return Judged(Step.ALLOW, in_force=self.label)
        if inspected.found.unique().get("payment-card", 0) >= self.at_least:
            return Judged(self.step, ("no-cards",), kinds=("Payment card number",), may_justify=self.may_justify)
        return Judged(self.unread if inspected.why_not else Step.ALLOW, ("unread",))

    async def note(self, passing: Passing, inspected: Inspected, judged: Judged, *, passed: bool, why: str = "") -> str:
        del inspected
        self.noted.append((passing, judged, passed, why))
        return f"e{len(self.noted)}"

    def is_excepted(self, person: str, app: str, digest: bytes) -> bool:
        del person, app
        return digest in self.excepted

    async def not_sensitive(self, person: str, app: str, digests) -> bool:
        del person, app
        if self.is_confirmed:
            return False
        self.excepted.update(digests)
        return True

    async def justified(self, event: str, person: str, why: str) -> None:
        self.reasons.append((event, person, why))

    @property
    def texts(self) -> list[bytes]:
        return [text for _, text in self.inspected]


def form(*parts: tuple[str, str, bytes], boundary: str = "xYx", head: str = "") -> bytes:
    """A body of multipart/form-data: fields by name, filename ("": none) and content."""
    body = b""
    for name, filename, content in parts:
        said = f'; filename="{filename}"' if filename else ""
        kind = "\r\nContent-Type: application/octet-stream" if filename else ""
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{said}{kind}{head}\r\n\r\n'.encode()
        body += content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()


def base64_of(content: bytes) -> str:
    return base64.b64encode(content).decode()
