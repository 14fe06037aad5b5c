"""An authority is made once, its key is sealed in its own place, and each kind has one of its own."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from sqlalchemy import select

from limen.devices.certificates.store import AUTHORITY
from limen.monitor.sources.store import AUTHORITY as OF_LOGS
from limen.storage import Database, Keyring
from limen.storage.errors import SealBrokenError

NOW = 1_795_000_000_000


def test_it_is_made_once_and_its_key_is_sealed(database: Database) -> None:
    keyring = Keyring.open(database, b"m" * 32)
    first = database.write(lambda t: AUTHORITY.kept(t, keyring, NOW, "Harbor"))
    again = database.write(lambda t: AUTHORITY.kept(t, keyring, NOW + 1, "Harbor"))
    assert again.certificate == first.certificate
    own = x509.load_pem_x509_certificate(first.certificate.encode())
    public = again.key.public_key()
    assert isinstance(public, EllipticCurvePublicKey)
    assert own.public_key() == public
    own.verify_directly_issued_by(own)
    assert own.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0
    (row,) = database.read(lambda snapshot: snapshot.connection.execute(select(AUTHORITY.table)).all())
    assert b"PRIVATE" not in row.sealed
    for table, name in ((AUTHORITY.table.name, "another"), (OF_LOGS.table.name, row.id)):
        with pytest.raises(SealBrokenError):
            keyring.open_sealed(table, name, "sealed", row.sealed)
    assert keyring.open_sealed(AUTHORITY.table.name, row.id, "sealed", row.sealed)
    assert "key" not in repr(first)


def test_each_kind_has_its_own(database: Database) -> None:
    keyring = Keyring.open(database, b"m" * 32)
    made = [database.write(lambda t, one=one: one.kept(t, keyring, NOW, "Harbor")) for one in (AUTHORITY, OF_LOGS)]
    names = [x509.load_pem_x509_certificate(one.certificate.encode()).subject.rfc4514_string() for one in made]
    assert names == ["CN=Harbor: devices (Limen)", "CN=Harbor: logs (Limen)"]
