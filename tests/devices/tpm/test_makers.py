"""Which certificates lead to a maker that is trusted, within what each authority may; and how makers are read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from tests.devices.software_tpm import NOW, Authority, SoftwareTpm

from limen.devices.tpm.makers import LONGEST_CHAIN, Makers, read_makers
from limen.errors import LimenError

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def maker() -> Authority:
    return Authority()


def vouched(tpm: SoftwareTpm, makers: Makers, *between: Authority) -> bool:
    return bool(makers.of(tpm.certificate, [one.certificate for one in between], NOW))


def test_a_chain_leads_to_a_trusted_root(maker: Authority) -> None:
    between = Authority("Harbor TPM CA", issuer=maker)
    tpm = SoftwareTpm(between)
    assert not vouched(tpm, maker.makers)
    assert vouched(tpm, maker.makers, between)
    assert vouched(tpm, between.makers)  # whatever is trusted ends a chain
    assert not vouched(tpm, Makers(), between, maker)


def test_an_authority_below_one_that_may_have_none_is_none() -> None:
    root = Authority(path_length=0)
    below = Authority("Harbor TPM CA", issuer=root)
    assert vouched(SoftwareTpm(root), root.makers)
    assert not vouched(SoftwareTpm(below), root.makers, below)


def test_an_authority_that_is_over_certifies_no_more(maker: Authority) -> None:
    over = Authority("Harbor TPM CA", issuer=maker, ends=NOW - DAY / 2)
    assert not vouched(SoftwareTpm(over), over.makers)
    assert not vouched(SoftwareTpm(over), maker.makers, over)


def test_a_long_chain_and_one_that_goes_round_end(maker: Authority) -> None:
    chain = [maker]
    for number in range(LONGEST_CHAIN):
        chain.append(Authority(f"Harbor TPM CA {number}", issuer=chain[-1]))
    assert vouched(SoftwareTpm(chain[-2]), maker.makers, *chain[1:])
    assert not vouched(SoftwareTpm(chain[-1]), maker.makers, *chain[1:])
    assert not vouched(SoftwareTpm(maker), Makers(), *[maker] * 3)


def test_makers_are_read_from_their_folder_in_both_forms(tmp_path: Path, maker: Authority) -> None:
    other = Authority("Harbor Chips")
    (tmp_path / "one.pem").write_bytes(b"a comment\n" + maker.pem + other.pem)
    (tmp_path / "two.cer").write_bytes(other.certificate.public_bytes(Encoding.DER))
    (tmp_path / "README.md").write_text("no certificate, and none is looked for")
    assert read_makers(tmp_path).trusted == (maker.certificate, other.certificate, other.certificate)
    assert read_makers(tmp_path / "absent") == Makers()


@pytest.mark.parametrize("content", [b"", b"nothing", b"-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_stops_the_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "maker.pem").write_bytes(content)
    with pytest.raises(LimenError):
        read_makers(tmp_path)
