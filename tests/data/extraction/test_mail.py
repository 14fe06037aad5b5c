"""Mail, with whatever is attached."""

from __future__ import annotations

from email.message import EmailMessage

from tests.data.extraction import made

from limen.data.documents import WhyNot
from limen.data.extraction.mail import looks_like_mail, read_mail


def _mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ann@harbor.example", "bob@harbor.example", "Grüße aus Köln"
    message.set_content("Guten Tag")
    return message


def test_headers_bodies_and_attachments_are_read() -> None:
    message = _mail()
    message.add_alternative(f"<p>{made.CARD[:6]}<b>{made.CARD[6:]}</b></p>", subtype="html")
    message.add_attachment(
        made.word(), maintype="application", subtype="octet-stream", filename="Angebot für Köln.docx"
    )
    texts = made.text_of(bytes(message))
    assert "Subject: Grüße aus Köln" in texts["headers"]
    assert texts["text"].strip() == "Guten Tag"
    assert {("card", "text / text"), ("card", "Angebot für Köln.docx / text")} <= made.finds(
        made.inspected(bytes(message))
    )


def test_a_mail_in_a_mail_and_what_stands_between_parts() -> None:
    inner = _mail()
    inner.add_attachment(made.SEEN.encode(), maintype="application", subtype="octet-stream", filename="a.bin")
    outer = _mail()
    outer.add_attachment(inner)
    raw = bytes(outer).replace(b"\n--==", f"\n{made.UNSEEN}\n--==".encode(), 1)
    found = made.finds(made.inspected(raw))
    assert ("card", "a.bin / line 1") in found
    assert "account" in {what for what, _ in found}


def test_a_mailbox_holds_mails() -> None:
    box = b"From ann@harbor.example Mon Nov 23 10:00:00 2026\n" + bytes(_mail())
    _, inner, _ = made.read_by(read_mail, box + b"\n" + box)
    assert list(inner) == ["message 1", "message 2"]


def test_names_and_character_sets_that_lie_break_nothing() -> None:
    raw = (
        b"From: a\nTo: b\nSubject: =?no-such?b?QQ==?= =?utf-8?b?%%%?=\nContent-Type: text/plain; charset=no-such;"
        b" name*0*=x''%ff; name*2=b\n\n" + made.SEEN.encode()
    )
    assert "card" in {what for what, _ in made.finds(made.inspected(raw))}
    assert made.why_not(b"From: a\nTo: b\n" + b"X: y\n" * 2_000 + b"\nbody") == {WhyNot.TOO_MANY}


def test_what_looks_like_one() -> None:
    assert looks_like_mail(b"Received: x\r\nFrom: y\r\n\r\n")
    assert not looks_like_mail(b"To: everyone\n\nthis is a note")
    assert not looks_like_mail(b"some text\nFrom: y\nTo: z\n")
