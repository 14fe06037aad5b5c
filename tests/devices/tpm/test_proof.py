"""What an enrolment's TPM comes to. What is refused of it is among the attacks (tests/attacks/test_tpm.py)."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.devices.software_tpm import CERTIFIES, NOW, Authority, SoftwareTpm, sized

from limen.devices.tpm.makers import Makers
from limen.devices.tpm.proof import Claim, judge

AT = int(NOW.timestamp() * 1_000)


@pytest.fixture
def tpm() -> SoftwareTpm:
    return SoftwareTpm(Authority())


def judged(tpm: SoftwareTpm, said: object) -> Claim:
    return judge(said, tpm.jwk, tpm.maker.makers, AT)


def test_what_is_right_is_believed(tpm: SoftwareTpm) -> None:
    claim = judged(tpm, tpm.said())
    assert (claim.doubt, len(claim.maker), len(claim.expected)) == ("", 64, 32)
    assert claim.expected not in claim.credential + claim.secret
    claim.judge_activated(tpm.activate(claim.credential, claim.secret))


def test_kinds_of_keys_that_are_unknown_prove_nothing_and_refuse_nobody(tpm: SoftwareTpm) -> None:
    """An honest TPM may have one: its device enrols with a key as in a file."""
    ak = ec.generate_private_key(ec.SECP384R1())
    numbers = ak.public_key().public_numbers()
    point = sized(numbers.x.to_bytes(48, "big")) + sized(numbers.y.to_bytes(48, "big"))
    head = bytes.fromhex("0023000b") + int(CERTIFIES).to_bytes(4, "big") + sized(b"")
    public = head + bytes.fromhex("00100018000b00040010") + point
    claim = judged(tpm, tpm.said(ak_public=sized(public)))
    assert (claim.maker, claim.credential, bool(claim.doubt)) == ("", b"", True)


def test_what_is_right_and_not_enough_is_opened_too_and_says_what_is_missing(tpm: SoftwareTpm) -> None:
    doubts = set()
    for claim in (judge(tpm.said(), tpm.jwk, Makers(), AT), judged(tpm, tpm.said(ek_certificate=b""))):
        assert claim.maker == ""
        claim.judge_activated(tpm.activate(claim.credential, claim.secret))
        doubts.add(claim.doubt)
    doubts.add(judged(tpm, None).doubt)
    assert len(doubts - {""}) == 3
