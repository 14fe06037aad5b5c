from __future__ import annotations

import pytest

from limen.access.reviews import signature
from limen.access.reviews.errors import EvidenceError
from limen.storage import Keyring

KEYRING = Keyring({1: bytes(32)}, (b"now" * 11, b"before" * 6))
KEYS = signature.public_keys(KEYRING)
SIGNED_LONG_AGO = (
    b"a,b\r\n1,2\r\n# limen-review-signature ed25519 "
    b"6a7902fcce9151eb90e1cbbbc02a3dfff36ecf82b26cfb53b48003661210bc3c "
    b"c7e5a0409b09c4789ce308c7793fe5e733d323d91dc4e0b50b4113a0747ad081"
    b"46fce523c647575038ca983c72480077e11c807eafed732e59781dea27191605\n"
)


@pytest.mark.parametrize("mark", [b"#", b"%"])
def test_what_is_signed_is_verified_with_the_public_key_alone(mark: bytes) -> None:
    made = signature.signed(b"a,b\r\n1,2\r\n", mark, KEYRING)
    assert signature.verified(made, [KEYS[0]]) == b"a,b\r\n1,2\r\n"
    assert made.splitlines()[-1].startswith(mark + b" limen-review-signature ed25519 " + KEYS[0].hex().encode())


def test_any_changed_byte_is_found() -> None:
    made = signature.signed(b"a,b\r\n", b"#", KEYRING)
    for place in range(len(made)):
        for bit in range(8):
            changed = bytearray(made)
            changed[place] ^= 1 << bit
            with pytest.raises(EvidenceError):
                signature.verified(bytes(changed), KEYS)


def test_a_csv_s_signature_is_not_a_pdf_s() -> None:
    made = signature.signed(b"a\n", b"#", KEYRING).replace(b"# limen", b"% limen")
    with pytest.raises(EvidenceError):
        signature.verified(made, KEYS)


def test_what_an_earlier_master_key_signed_still_holds() -> None:
    before = Keyring({1: bytes(32)}, (b"before" * 6,))
    assert signature.verified(signature.signed(b"a\n", b"#", before), KEYS) == b"a\n"
    with pytest.raises(EvidenceError):
        signature.verified(signature.signed(b"a\n", b"#", KEYRING), signature.public_keys(before))


def test_what_earlier_versions_of_limen_signed_still_holds() -> None:
    assert signature.verified(SIGNED_LONG_AGO, KEYS) == b"a,b\r\n1,2\r\n"
