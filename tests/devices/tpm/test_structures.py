"""Reading a TPM's structures: a real one's, swtpm's, as the examples of the wire have them, and each kind of key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.devices.software_tpm import AES_128_CFB, SEALS, SIGNS, area, name_of, new_key, sized

from limen.devices.tpm.structures import (
    STAYS,
    Attributes,
    MalformedError,
    UnsupportedError,
    certified,
    public,
    signature,
)
from limen.devices.wire import decoded

EXAMPLE = json.loads((Path(__file__).parents[1] / "wire" / "enrol-with-tpm.json").read_text())
SAID = {name: decoded(part, 8_192) for name, part in EXAMPLE["claims"]["tpm"].items()}


def test_the_keys_of_a_real_tpm_are_read() -> None:
    ek, ak, key = (public(SAID[name]) for name in ("ek_public", "ak_public", "key_public"))
    assert (ek.key.key_size, ek.hash.name, ek.sealing_bits, len(ek.name)) == (384, "sha384", 256, 50)
    assert ek.is_a(Attributes.RESTRICTED | Attributes.DECRYPT)
    assert (ak.key.key_size, ak.sealing_bits, len(ak.name)) == (256, 0, 34)
    assert ak.is_a(Attributes.RESTRICTED | Attributes.SIGN)
    assert not ak.is_a(Attributes.SIGN)
    assert key.is_a(Attributes.SIGN)
    told = certified(SAID["certify_info"])
    assert (told.name, told.signed) == (key.name, SAID["certify_info"][2:])
    assert signature(SAID["certify_signature"])[:1] == b"\x30"


def test_a_name_is_made_of_everything_in_a_key() -> None:
    key = new_key()
    names = {public(sized(area(key, attributes))).name for attributes in (SIGNS, STAYS, SIGNS | 1 << 10)}
    assert len(names) == 3
    assert public(sized(area(key, SIGNS))).name == name_of(area(key, SIGNS))


def rsa_area(key: rsa.RSAPublicKey, bits: int, exponent: int = 0) -> bytes:
    numbers = key.public_numbers()
    head = bytes.fromhex("0001000b") + int(SEALS).to_bytes(4, "big") + sized(b"") + AES_128_CFB + b"\0\x10"
    length = (numbers.n.bit_length() + 7) // 8
    return head + bits.to_bytes(2, "big") + exponent.to_bytes(4, "big") + sized(numbers.n.to_bytes(length, "big"))


def test_an_rsa_key_is_as_long_as_it_says_and_of_the_usual_exponent() -> None:
    key = rsa.generate_private_key(65_537, 2_048).public_key()
    for exponent in (0, 65_537):
        assert public(sized(rsa_area(key, 2_048, exponent))).key == key
    with pytest.raises(MalformedError):
        public(sized(rsa_area(key, 3_072)))
    for bits, exponent in ((1_024, 0), (2_048, 3)):
        with pytest.raises(UnsupportedError):
            public(sized(rsa_area(key, bits, exponent)))


@pytest.mark.parametrize(
    ("at", "instead"),
    [
        (0, "0008"),  # a key that is a hash
        (2, "0004"),  # a name by SHA-1
        (10, "0025"),  # no AES
        (12, "00c0"),  # of 192 bits
        (14, "0042"),  # not CFB
        (16, "001b"),  # SM2
        (18, "0005"),  # P-521
    ],
)
def test_algorithms_that_are_not_known_are_said_to_be_so(at: int, instead: str) -> None:
    changed = bytearray(area(new_key(), SEALS, AES_128_CFB))
    changed[at : at + 2] = bytes.fromhex(instead)
    with pytest.raises(UnsupportedError):
        public(sized(bytes(changed)))
