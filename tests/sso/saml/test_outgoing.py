"""What all messages of Limen's have in common."""

from __future__ import annotations

from tests.sso.saml.client import A, P
from tests.web.conftest import TUESDAY_MORNING

from limen.sso.saml import messages, names, outgoing

OWN, THERE = "https://limen.example/m", "https://there.example/x"


def test_who_sends_what_where_and_when() -> None:
    root = outgoing.message("LogoutRequest", OWN, THERE, TUESDAY_MORNING, "_1")
    said = (root.tag, root.get("ID"), root.get("Version"), root.get("Destination"), root.findtext(f"{A}Issuer"))
    assert said == (f"{P}LogoutRequest", "_1", "2.0", THERE, OWN)
    assert messages.instant(str(root.get("IssueInstant"))) == TUESDAY_MORNING // 1_000 * 1_000
    assert "Destination" not in outgoing.message("LogoutRequest", OWN, "", TUESDAY_MORNING).attrib


def test_an_answer_says_to_what_and_how_it_went() -> None:
    root = outgoing.answer("LogoutResponse", OWN, THERE, "_2", TUESDAY_MORNING)
    code = root.find(f"{P}Status/{P}StatusCode")
    assert code is not None
    assert (root.get("InResponseTo"), code.get("Value")) == ("_2", names.SUCCESS)
    unasked = outgoing.answer("Response", OWN, THERE, "", TUESDAY_MORNING, names.RESPONDER)
    assert "InResponseTo" not in unasked.attrib


def test_ids_are_names_and_never_the_same() -> None:
    made = {outgoing.new_id() for _ in range(100)}
    assert len(made) == 100
    assert all(one.startswith("_") for one in made)


def test_what_no_document_can_hold_is_left_out() -> None:
    root = outgoing.message("LogoutRequest", OWN, THERE, TUESDAY_MORNING)
    assert outgoing.add_text(root, "name", "Mi\x00a\x0b \ud800Berg\ufffe").text == "Mia Berg"
