from __future__ import annotations

from email import message_from_bytes, policy

import pytest
from tests.mail.conftest import HELLO, MORNING

from limen.mail.message import Message, as_mail


def test_a_mail_says_the_same_twice_and_who_it_is_from() -> None:
    mail = as_mail(HELLO, mail_id="m_1", sender="limen@harbor.example", company="Müller & Söhne", at=MORNING)
    read = message_from_bytes(mail.as_bytes(), policy=policy.default)
    assert read["From"] == '"Müller & Söhne" <limen@harbor.example>' or read["From"].addresses[0].display_name == (
        "Müller & Söhne"
    )
    assert (read["To"], read["Subject"], read["Auto-Submitted"]) == (HELLO.to, HELLO.subject, "auto-generated")
    assert read["Message-ID"] == "<m_1@harbor.example>"
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("eve@harbor.example", "Hello\r\nBcc: all@harbor.example"),
        ("eve@harbor.example", "Hello\nX: y"),
        ("eve@harbor.example\r\nBcc: all@harbor.example", "Hello"),
        ("eve@harbor.example", "Hello\x00"),
        ("eve@harbor.example", "Hello\u202eolleh"),
        ("eve@harbor.example", "x" * 301),
    ],
)
def test_no_header_can_be_forged(to: str, subject: str) -> None:
    with pytest.raises(ValueError, match="can't be sent"):
        Message(to, subject, "text", "html")


def test_nor_through_the_sender_or_the_company() -> None:
    with pytest.raises(ValueError):
        as_mail(HELLO, mail_id="m_1", sender="a@b.example\r\nBcc: x@y.example", company="Harbor", at=MORNING)
    with pytest.raises(ValueError):
        as_mail(HELLO, mail_id="m_1", sender="a@b.example", company="Har\r\nBcc: x@y.example", at=MORNING)


def test_a_link_stays_whole_in_the_file() -> None:
    link = f"https://limen.harbor.example/enrol#{'x' * 60}"
    message = Message("eve@harbor.example", "Hello", f"A link:\n\n  {link}\n", f"<p>{link}</p>")
    mail = as_mail(message, mail_id="m_1", sender="limen@harbor.example", company="Harbor", at=MORNING)
    assert mail.as_bytes().count(link.encode()) == 2


def test_a_repr_says_no_link() -> None:
    assert "secret" not in repr(HELLO)
