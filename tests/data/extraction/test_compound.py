"""Old documents of Office, mails of Outlook, and packages with a password. Real old ones: `tests/interop`."""

from __future__ import annotations

import pytest
from tests.data.extraction import made
from tests.data.extraction.compound_file import compound

from limen.data.documents import WhyNot
from limen.data.extraction.compound import read_compound, read_sheets
from limen.data.extraction.limits import Budget, UnreadableError


def test_a_package_with_a_password_is_encrypted() -> None:
    data = compound({"EncryptionInfo": b"1", "EncryptedPackage": b"2"})
    assert made.inspected(data).kind == "compound"
    assert made.why_not(data) == {WhyNot.ENCRYPTED}


def test_letters_of_one_and_of_two_bytes_are_read() -> None:
    data = compound({"WordDocument": bytes(12) + made.SEEN.encode() + b"\r" + made.UNSEEN.encode("utf-16-le")})
    assert {what for what, _ in made.finds(made.inspected(data))} == {"card", "account"}
    assert made.why_not(data) == set()
    assert made.why_not(compound({"WordDocument": bytes(11) + b"\1"})) == {WhyNot.ENCRYPTED}


def test_a_mail_of_outlook_has_texts_and_attachments() -> None:
    data = compound(
        {
            "__substg1.0_1000001F": made.SEEN.encode("utf-16-le"),
            "__substg1.0_10130102": f"<p>{made.UNSEEN}</p>".encode(),
            "__substg1.0_3707001F": "offer.txt".encode("utf-16-le"),
            "__substg1.0_37010102": b"an offer",
        }
    )
    texts, inner, _ = made.read_by(read_compound, data)
    assert made.SEEN in texts["text"]
    assert inner["text"].startswith(b"<p>IBAN")
    assert inner["offer.txt".ljust(256, "\0")].startswith(b"an offer")


def test_what_only_calls_itself_a_workbook_is_broken() -> None:
    assert WhyNot.BROKEN in made.why_not(compound({"Workbook": b"no sheets"}))
    with pytest.raises(UnreadableError):
        list(read_sheets(b"no sheets", Budget()))
