from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from limen.errors import LimenError
from limen.front.certificate import fingerprint, keep_pair, read_pair

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def write(folder: Path, days: int = 90) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=365))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("*.h.eu")]), critical=True)
        .sign(key, SHA256())
    )
    certificate, secret = folder / "c.pem", folder / "k.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, secret


def at(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def test_a_good_pair_is_copied_for_this_user_alone(tmp_path: Path) -> None:
    certificate, key = write(tmp_path)
    pair = read_pair(certificate, key)
    assert pair.warnings(["limen.h.eu"], at(NOW)) == []
    keep_pair(pair, tmp_path / "a", tmp_path / "b")
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600
    assert (tmp_path / "b").read_bytes() == key.read_bytes()
    assert len(fingerprint(certificate.read_bytes())) == 95


@pytest.mark.parametrize(("days", "word"), [(-1, "expired"), (3, "expires on")])
def test_its_end_and_missing_names_are_said(tmp_path: Path, days: int, word: str) -> None:
    said = read_pair(*write(tmp_path, days)).warnings(["a.other.eu"], at(NOW))
    assert word in said[0]
    assert "doesn't cover a.other.eu" in said[1]


def test_what_does_not_belong_together_or_is_none_is_refused(tmp_path: Path) -> None:
    certificate, _ = write(tmp_path)
    (tmp_path / "other").mkdir()
    _, other = write(tmp_path / "other")
    with pytest.raises(LimenError, match="does not belong"):
        read_pair(certificate, other)
    with pytest.raises(LimenError, match="can't be read"):
        read_pair(tmp_path / "absent.pem", other)
    with pytest.raises(LimenError, match="no certificate"):
        read_pair(other, other)
    with pytest.raises(LimenError, match="no private key"):
        read_pair(certificate, certificate)
