"""A mail as a value, and as the bytes that go out. A header is one line, or the mail is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from limen.clock import Instant
from limen.printable import is_printable

MAX_TEXT: Final = 20_000
MAX_SUBJECT: Final = 300
_PLAIN: Final = SMTP.clone(max_line_length=998, cte_type="7bit")
"""A line as long as RFC 5322 section 2.1.1 lets it be, so that a link stays whole for whoever reads the file."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is written to one person. `to` is a canonical address; `html` says the same as `text`.

    Its repr hides what may hold a link.
    """

    to: str
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    language: str = "en"

    def __post_init__(self) -> None:
        """Raises ValueError for what could become a header of its own."""
        if not (is_printable(self.subject) and is_printable(self.to)) or len(self.subject) > MAX_SUBJECT:
            raise ValueError("a subject or address holds characters that can't be sent")
        if len(self.text) > MAX_TEXT or len(self.html) > MAX_TEXT:
            raise ValueError("a mail is too long")


def as_mail(message: Message, *, mail_id: str, sender: str, company: str, at: Instant) -> EmailMessage:
    """The mail as RFC 5322 wants it: plain text, and HTML beside it (RFC 2046 section 5.1.4).

    `Auto-Submitted` (RFC 3834) keeps out-of-office machines quiet. Raises ValueError for headers that can't be.
    """
    mail = EmailMessage(policy=_PLAIN)
    mail["Subject"] = message.subject
    mail["From"] = _address(company, sender)
    mail["To"] = _address("", message.to)
    mail["Date"] = datetime.fromtimestamp(at / 1000, UTC)
    mail["Message-ID"] = f"<{mail_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.language
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _address(shown: str, address: str) -> Address:
    """Raises ValueError."""
    local, _, domain = address.rpartition("@")
    return Address(display_name=shown, username=local, domain=domain)
