"""Sealing a secret to a TPM. swtpm opens it in test_swtpm.py; here it is opened step by step, as a TPM would."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.devices.software_tpm import SIGNS, Authority, SoftwareTpm, area, name_of, new_key, sized
from tests.devices.tpm.test_structures import rsa_area

from limen.devices.tpm.credential import LONGEST, make_credential
from limen.devices.tpm.structures import public

SECRET = bytes(range(32))


@pytest.fixture
def tpm() -> SoftwareTpm:
    return SoftwareTpm(Authority())


def test_what_is_sealed_is_opened_with_the_key_of_that_name_alone(tpm: SoftwareTpm) -> None:
    endorsement = public(tpm.parts()["ek_public"])
    credential, secret = make_credential(endorsement, tpm.ak_name, SECRET)
    assert tpm.activate(credential, secret) == SECRET
    elsewhere = SoftwareTpm(tpm.maker, ak=tpm.ak)
    other = SoftwareTpm(tpm.maker, ek=tpm.ek)
    for wrong in (elsewhere, other):
        with pytest.raises(ValueError, match="integrity"):
            wrong.activate(credential, secret)


def test_nothing_is_sealed_to_a_key_that_can_not_or_longer_than_a_digest(tpm: SoftwareTpm) -> None:
    with pytest.raises(ValueError, match="sealed"):
        make_credential(public(sized(area(new_key(), SIGNS))), tpm.ak_name, SECRET)
    with pytest.raises(ValueError, match="sealed"):
        make_credential(public(tpm.parts()["ek_public"]), tpm.ak_name, bytes(LONGEST + 1))


def test_it_is_sealed_to_rsa_and_differently_each_time() -> None:
    private = rsa.generate_private_key(65_537, 2_048)
    endorsement = public(sized(rsa_area(private.public_key(), 2_048)))
    made = [make_credential(endorsement, name_of(b"ak"), SECRET) for _ in range(2)]
    assert {(len(credential), len(secret)) for credential, secret in made} == {(2 + 2 + 32 + 2 + 32, 2 + 256)}
    assert len({secret for _, secret in made}) == 2
