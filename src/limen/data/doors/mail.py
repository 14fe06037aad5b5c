"""A mail on its way: to whom outside it goes, what it says of why it may pass, and what its sender is told."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from email.charset import BASE64, Charset
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from typing import Final

from limen.data.doors.judging import Verdict
from limen.data.doors.refusal import Refusal
from limen.data.rules.model import Step
from limen.messages import Language, catalogue

SHORTEST_REASON: Final = 8
LONGEST_SUBJECT: Final = 4_000
LONGEST_WHY: Final = 160
"""An answer is one line of 512 bytes at most, and the rest of it says more of what to do."""
_REASON: Final = re.compile(r"\s*\[\s*(?:because|weil)\s*:\s*([^\[\]]{8,500}?)\s*\]", re.IGNORECASE)
_AROUND: Final = re.compile(r"%|!|@")
_UTF_8: Final = Charset("utf-8")
_UTF_8.header_encoding = BASE64  # other code of the process may have said another way for everybody


def address_of(said: bytes) -> str:
    """The address of `MAIL FROM` or `RCPT TO`, without its brackets; "" for the empty sender of bounces."""
    return said.decode("utf-8", "replace").strip().removeprefix("<").removesuffix(">")


def outside(recipients: Iterable[str], domains: Container[str]) -> frozenset[str]:
    """Those who are not of the company, by its domains in small letters. An address without a domain is of the company.

    A local part that could lead on elsewhere (`ann%other.example@harbor.example`, RFC 5321 section 3.6.1 on source
    routes) counts as outside: what a mail server makes of it is not known.
    """
    found: set[str] = set()
    for address in recipients:
        local, at, domain = address.rpartition("@")
        name = domain.casefold().rstrip(".")
        leads_on = _AROUND.search(local if at else domain)
        if leads_on or (at and name not in domains):
            found.add(address)
    return frozenset(found)


def reason_in(subject: str) -> tuple[str, str]:
    """Why a mail may pass, as its sender wrote it into the subject: `[because: …]` or `[weil: …]`; and the subject
    without. "" where nothing is said.

    The subject may be encoded (RFC 2047); what is given back is, where it has to be.
    """
    try:
        plain = str(make_header(decode_header(subject[:LONGEST_SUBJECT])))
    except (HeaderParseError, LookupError, ValueError):
        return "", subject
    match = _REASON.search(plain)
    if match is None:
        return "", subject
    rest = " ".join(_REASON.sub("", plain).split())
    return " ".join(match[1].split()), rest if rest.isascii() else Header(rest, _UTF_8, maxlinelen=0).encode()


def reply(refusal: Refusal, *, knows_sender: bool) -> str:
    """What the mail server tells the sender's program: an answer of SMTP with its status code (RFC 3463)."""
    words, verdict = catalogue(Language.ENGLISH), refusal.verdict
    if verdict.failed:
        return "451 4.7.1 This mail can't be checked at the moment. Try again later."
    said = [f"550 5.7.1 This mail was stopped: it holds {refusal.found(words)}"]
    if verdict.judged.rules:
        said.append(f"(rule {', '.join(verdict.judged.rules[:3])})")
    said[-1] += "."
    if refusal.why:
        said.append(refusal.why[:LONGEST_WHY])
    if verdict.judged.step == Step.WARN and verdict.judged.may_justify:
        if not knows_sender:
            said.append("Sign in to your mail server to send it.")
        said.append("If it may be sent, write into the subject: [because: your reason].")
    if refusal.contact:
        said.append(f"Questions: {refusal.contact}.")
    if verdict.event:
        said.append(f"Reference {verdict.event}")
    return " ".join(said)


def kept_because(verdict: Verdict) -> str:
    """Why a mail is on hold, for whoever looks at the queue."""
    return f"Limen: rule {', '.join(verdict.judged.rules[:3])}, reference {verdict.event}"
