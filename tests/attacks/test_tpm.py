"""Attacks on the proof that a key is in a TPM: keys of software, another's TPM, makers that are none, broken bytes."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tests.devices.software_tpm import (
    AES_128_CFB,
    CERTIFIES,
    NOW,
    SEALS,
    SIGNS,
    Authority,
    SoftwareTpm,
    area,
    name_of,
    new_key,
    signature,
    sized,
    statement,
    written,
)
from tests.dial import size

from limen.devices.tpm.makers import Makers
from limen.devices.tpm.proof import Claim, judge
from limen.devices.tpm.structures import Attributes
from limen.devices.wire import RefusedError, encoded

AT = int(NOW.timestamp() * 1_000)


@pytest.fixture(scope="module")
def maker() -> Authority:
    return Authority()


@pytest.fixture
def tpm(maker: Authority) -> SoftwareTpm:
    return SoftwareTpm(maker)


def judged(tpm: SoftwareTpm, said: object, makers: Makers | None = None) -> Claim:
    return judge(said, tpm.jwk, tpm.maker.makers if makers is None else makers, AT)


# Keys that are not what they are said to be

Lie = Callable[[SoftwareTpm], dict[str, bytes]]


def a_key_of_software(tpm: SoftwareTpm) -> dict[str, bytes]:
    """The certified key stays in the TPM; what signs the messages is another."""
    honest = tpm.parts()
    tpm.key = new_key()
    return honest


def a_key_of_software_named(tpm: SoftwareTpm) -> dict[str, bytes]:
    """A statement about a key of the TPM is sent with a key of software, as if it were about that."""
    return tpm.parts(key_public=sized(area(tpm.key, SIGNS))) | {
        "certify_info": SoftwareTpm(tpm.maker).parts()["certify_info"]
    }


def replayed(tpm: SoftwareTpm) -> dict[str, bytes]:
    """All of what another device sent about itself, but for the key."""
    other = SoftwareTpm(tpm.maker)
    return {**other.parts(), "key_public": sized(area(tpm.key, SIGNS))}


def certified_by_itself(tpm: SoftwareTpm) -> dict[str, bytes]:
    told = statement(name_of(area(tpm.key, SIGNS)))
    return tpm.parts(certify_signature=signature(tpm.key, told))


def of_an_ak_that_signs_anything(tpm: SoftwareTpm) -> dict[str, bytes]:
    return tpm.parts(ak_public=sized(area(tpm.ak, SIGNS)))


def signed_by_another_ak(tpm: SoftwareTpm) -> dict[str, bytes]:
    return tpm.parts(ak_public=sized(area(new_key(), CERTIFIES)))


def not_made_by_a_tpm(tpm: SoftwareTpm) -> dict[str, bytes]:
    told = statement(name_of(area(tpm.key, SIGNS)), magic=b"\xff\x54\x43\x48")
    return tpm.parts(certify_info=sized(told), certify_signature=signature(tpm.ak, told))


def a_quote(tpm: SoftwareTpm) -> dict[str, bytes]:
    told = statement(name_of(area(tpm.key, SIGNS)), kind=b"\x80\x18")
    return tpm.parts(certify_info=sized(told), certify_signature=signature(tpm.ak, told))


def of_attributes(attributes: Attributes) -> Lie:
    """A key with these attributes, truly certified."""

    def lie(tpm: SoftwareTpm) -> dict[str, bytes]:
        key = area(tpm.key, attributes)
        told = statement(name_of(key))
        return tpm.parts(key_public=sized(key), certify_info=sized(told), certify_signature=signature(tpm.ak, told))

    return lie


def an_ak_of_attributes(attributes: Attributes) -> Lie:
    return lambda tpm: tpm.parts(ak_public=sized(area(tpm.ak, attributes)))


def an_ek_of_attributes(attributes: Attributes) -> Lie:
    return lambda tpm: tpm.parts(ek_public=sized(area(tpm.ek, attributes, AES_128_CFB)))


def anothers_endorsement(tpm: SoftwareTpm) -> dict[str, bytes]:
    """The certificate of a TPM that is somewhere else, and an endorsement key that is one's own."""
    return tpm.parts(ek_certificate=SoftwareTpm(tpm.maker).certificate.public_bytes(Encoding.DER))


LIES: dict[str, Lie] = {
    "a key of software": a_key_of_software,
    "a key of software, named": a_key_of_software_named,
    "replayed": replayed,
    "certified by itself": certified_by_itself,
    "an AK that signs anything": of_an_ak_that_signs_anything,
    "another AK": signed_by_another_ak,
    "not made by a TPM": not_made_by_a_tpm,
    "a quote": a_quote,
    "another's endorsement": anothers_endorsement,
    "an EK that signs": an_ek_of_attributes(SEALS | Attributes.SIGN),
    "an EK that decrypts anything": an_ek_of_attributes(SEALS & ~Attributes.RESTRICTED),
    "a key that decrypts": of_attributes(SIGNS | Attributes.DECRYPT),
    "a restricted key": of_attributes(CERTIFIES),
    **{
        f"{whose} without {one.name}": lie(attributes & ~one)
        for whose, lie, attributes in (
            ("a key", of_attributes, SIGNS),
            ("an AK", an_ak_of_attributes, CERTIFIES),
            ("an EK", an_ek_of_attributes, SEALS),
        )
        for one in (Attributes.FIXED_TPM, Attributes.FIXED_PARENT, Attributes.SENSITIVE_DATA_ORIGIN)
    },
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_what_contradicts_itself_is_refused(tpm: SoftwareTpm, lie: Lie) -> None:
    said = written(lie(tpm))
    with pytest.raises(RefusedError) as refused:
        judged(tpm, said)
    assert refused.value.error == "malformed"


def test_another_secret_than_what_was_sealed_is_refused(tpm: SoftwareTpm) -> None:
    claim = judged(tpm, tpm.said())
    for wrong in (b"", bytes(32), claim.expected[:-1], claim.expected + b"\0"):
        with pytest.raises(RefusedError):
            claim.judge_activated(wrong)
    claim.judge_activated(claim.expected)


def test_a_secret_is_sealed_for_each_enrolment_anew(tpm: SoftwareTpm) -> None:
    first, second = judged(tpm, tpm.said()), judged(tpm, tpm.said())
    with pytest.raises(RefusedError):
        first.judge_activated(second.expected)


# Makers that are none


def of_the_same_name(maker: Authority) -> SoftwareTpm:
    return SoftwareTpm(Authority())


def of_no_tpm(maker: Authority) -> SoftwareTpm:
    """Whatever else the maker certifies, as the platform, or a server."""
    return SoftwareTpm(maker, for_what=x509.ExtendedKeyUsage([x509.ObjectIdentifier("2.23.133.8.2")]))


def without_purpose(maker: Authority) -> SoftwareTpm:
    return SoftwareTpm(maker, for_what=x509.SubjectAlternativeName([x509.DNSName("tpm.example")]))


def an_authority(maker: Authority) -> SoftwareTpm:
    return SoftwareTpm(maker, more=((x509.BasicConstraints(ca=True, path_length=None), True),))


def that_demands_what_is_unknown(maker: Authority) -> SoftwareTpm:
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    return SoftwareTpm(maker, more=((odd, True),))


def certified_by_a_tpm(maker: Authority) -> SoftwareTpm:
    """A certificate that ends a chain begins none."""
    return SoftwareTpm(Authority("A TPM", issuer=maker, is_authority=False))


STRANGERS = (
    of_the_same_name,
    of_no_tpm,
    without_purpose,
    an_authority,
    that_demands_what_is_unknown,
    certified_by_a_tpm,
)


@pytest.mark.parametrize("made", STRANGERS, ids=lambda made: made.__name__)
def test_a_maker_that_is_none_vouches_for_nothing(maker: Authority, made: Callable[[Authority], SoftwareTpm]) -> None:
    tpm = made(maker)
    said = {**tpm.said(), "ek_chain": [encoded(tpm.maker.certificate.public_bytes(Encoding.DER))]}
    claim = judged(tpm, said, maker.makers)
    assert (claim.maker, bool(claim.doubt)) == ("", True)


def test_without_a_certificate_or_a_maker_nothing_vouches(tpm: SoftwareTpm) -> None:
    assert judged(tpm, tpm.said(ek_certificate=b"")).maker == ""
    assert judged(tpm, tpm.said(), Makers()).maker == ""
    assert judged(tpm, None).doubt


@pytest.mark.parametrize("days", [-2, 366])
def test_a_certificate_counts_in_its_time_alone(tpm: SoftwareTpm, days: int) -> None:
    at = AT + days * 86_400_000
    assert judge(tpm.said(), tpm.jwk, tpm.maker.makers, at).maker == ""


# Broken bytes


def test_whatever_is_cut_or_has_more_is_refused(tpm: SoftwareTpm) -> None:
    parts = tpm.parts()
    for name, part in parts.items():
        for at in range(len(part)) if name != "ek_certificate" else range(1, len(part), 7):
            assert refused(tpm, written({**parts, name: part[:at]})), (name, at)
        assert refused(tpm, written({**parts, name: part + b"\0"})), name
        assert refused(tpm, written({**parts, name: bytes(9_000)})), name


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_broken_bytes_are_refused_and_prove_nothing(tpm: SoftwareTpm) -> None:
    chance, parts = random.Random(12), tpm.parts()
    for _ in range(size(10_000)):
        name = chance.choice(list(parts))
        broken = bytearray(parts[name])
        for _ in range(chance.randrange(1, 4)):
            broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        if bytes(broken) == parts[name]:
            continue
        try:
            claim = judged(tpm, written({**parts, name: bytes(broken)}))
        except RefusedError:
            continue
        # For another name nothing is opened (tests/devices/tpm/test_swtpm.py), and an EK is told by its certificate.
        if name not in {"ek_public", "ak_public"} and not says_the_same(name, bytes(broken), parts[name]):
            assert not claim.maker, (name, broken.hex())


def says_the_same(name: str, broken: bytes, whole: bytes) -> bool:
    """Whether a certificate still holds all that its maker signed: some bits around that mean nothing."""
    if name != "ek_certificate":
        return False
    one, other = (x509.load_der_x509_certificate(each) for each in (broken, whole))
    return one.tbs_certificate_bytes == other.tbs_certificate_bytes


@pytest.mark.parametrize(
    "said",
    [
        [],
        "tpm",
        {},
        {"ek_public": "AA"},
        {"ek_certificate": 5},
        dict.fromkeys(("ek_certificate", "ek_public", "ak_public", "key_public", "certify_info")),
    ],
)
def test_what_is_no_proof_at_all_is_refused(tpm: SoftwareTpm, said: Any) -> None:
    assert refused(tpm, said)


def test_more_than_is_known_and_chains_that_are_none_are_refused(tpm: SoftwareTpm) -> None:
    for more in ({"else": ""}, {"ek_chain": "AA"}, {"ek_chain": [5]}, {"ek_chain": ["AA"]}, {"ek_chain": [[]]}):
        assert refused(tpm, {**tpm.said(), **more}), more


def test_a_point_beside_its_curve_is_refused(tpm: SoftwareTpm) -> None:
    for name, attributes, symmetric in (
        ("ek_public", SEALS, AES_128_CFB),
        ("ak_public", CERTIFIES, b"\0\x10"),
        ("key_public", SIGNS, b"\0\x10"),
    ):
        moved = bytearray(area(new_key(), attributes, symmetric))
        moved[-1] ^= 1
        assert refused(tpm, tpm.said(**{name: sized(bytes(moved))})), name


def refused(tpm: SoftwareTpm, said: object) -> bool:
    """Whether it is, or comes to nothing."""
    try:
        claim = judged(tpm, said)
    except RefusedError:
        return True
    return not claim.maker
