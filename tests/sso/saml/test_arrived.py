"""A message as it came."""

from __future__ import annotations

from limen.sso.saml import names
from limen.sso.saml.arrived import Arrived, WrongMessageError


def test_without_more_it_is_not_signed() -> None:
    arrived = Arrived("SAMLRequest", b"<a/>", names.POST)
    assert (arrived.signed, arrived.signature, arrived.relay_state) == (b"", b"", "")
    assert issubclass(WrongMessageError, ValueError)
