"""What holds for every response of a SAML issuer that somebody changed: it is refused, or it says what was signed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st
from lxml import etree
from tests.dial import size
from tests.sso.saml_issuer import ENTITY, KEYS, Asked, FakeSaml, Signs, StoppedClock
from tests.web.conftest import TUESDAY_MORNING as NOW

from limen.sso.saml import names
from limen.sso.saml.arrived import Arrived
from limen.sso.upstream.journey import ReturnRefusedError
from limen.sso.upstream.saml_response import Expected, SignedResponse, read_response

BACK: Final = "https://limen.example/back"
REQUEST: Final = f'<r xmlns:saml="{names.ASSERTION}" ID="_asked"><saml:Issuer>me</saml:Issuer></r>'
EXPECTED: Final = Expected(ENTITY, (KEYS.bare,), "me", BACK)
MIA, THIEF = "mia-there", "thief-there"
WAYS: Final[tuple[Signs, ...]] = ("assertion", "response", "both")
thoroughly = settings(max_examples=size(600), suppress_health_check=[HealthCheck.too_slow], deadline=None)


@cache
def signed(signs: Signs, name: str) -> bytes:
    attributes = {"mail": ["mia@harbor.example"], "groups": ["a", "b"]}
    fake = FakeSaml(StoppedClock(NOW), name=name, attributes=attributes, signs=signs)
    return fake.answer(Asked(etree.fromstring(REQUEST), "state", BACK))[0]


def read(document: bytes) -> SignedResponse | None:
    """What it proves; None where it is refused. Anything else than a refusal is an error."""
    try:
        return read_response(Arrived("SAMLResponse", document, names.POST), EXPECTED, NOW)
    except ReturnRefusedError:
        return None


@pytest.mark.parametrize("signs", WAYS)
@thoroughly
@given(data=st.data())
def test_no_octet_changes_what_is_read(signs: Signs, data: st.DataObject) -> None:
    document = bytearray(signed(signs, MIA))
    at = data.draw(st.integers(0, len(document) - 1))
    document[at] = data.draw(st.integers(0, 255))
    assert _same(read(bytes(document)), signs)


@pytest.mark.parametrize("signs", WAYS)
@thoroughly
@given(data=st.data())
def test_no_piece_that_is_moved_doubled_or_left_out_changes_what_is_read(signs: Signs, data: st.DataObject) -> None:
    root = etree.fromstring(signed(signs, MIA))
    every = [one for one in root.iter() if one is not root]
    piece = data.draw(st.sampled_from(every))
    how = data.draw(st.sampled_from(["moved", "doubled", "left out"]))
    taken = etree.fromstring(etree.tostring(piece, with_tail=False))
    if how != "doubled":
        above = piece.getparent()
        assert above is not None
        above.remove(piece)
    if how != "left out":
        left = [one for one in root.iter() if one.tag != piece.tag]
        assume(left)
        into = data.draw(st.sampled_from(left))
        into.insert(data.draw(st.integers(0, len(into))), taken)
    assert _same(read(etree.tostring(root)), signs)


@pytest.mark.parametrize("signs", WAYS)
@thoroughly
@given(data=st.data())
def test_no_piece_of_anothers_response_changes_what_is_read(signs: Signs, data: st.DataObject) -> None:
    """The thief has a response of their own, signed as well: any piece of the one in the place of any of the other."""
    root, theirs = etree.fromstring(signed(signs, MIA)), etree.fromstring(signed(signs, THIEF))
    piece = data.draw(st.sampled_from([one for one in root.iter() if one is not root]))
    other = data.draw(st.sampled_from([one for one in theirs.iter() if one is not theirs]))
    above = piece.getparent()
    assert above is not None
    above.replace(piece, other)
    found = read(etree.tostring(root))
    assert found is None or found.name in {MIA, THIEF}
    if found is not None:
        assert replace(found, id="") == replace(_whole(signs, found.name), id="")


def _whole(signs: Signs, name: str) -> SignedResponse:
    found = read(signed(signs, name))
    assert found is not None
    return found


def _same(found: SignedResponse | None, signs: Signs) -> bool:
    return found is None or found == _whole(signs, MIA)
