"""What proves a sender: shown once, kept as a hash, and ended at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from limen.clock import DAY, SystemClock
from limen.errors import LimenError
from limen.monitor.monitor_rules import LogSource, Way
from limen.monitor.sources import proofs, store
from limen.opaque import hash_of
from limen.pillars import pillars
from limen.storage import Database, Keyring

NOW = SystemClock().now()
HTTP, TLS = LogSource("json", Way.HTTP), LogSource("syslog", Way.TLS)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    pillars()
    opened = Database.open(tmp_path / "limen.db")
    yield opened
    opened.close()


@pytest.fixture
def keyring(database: Database) -> Keyring:
    return Keyring.open(database, b"m" * 32)


def senders(database: Database) -> list[store.Sender]:
    return database.read(lambda snapshot: store.every(snapshot.connection))


def test_of_a_token_only_the_hash_is_kept(database: Database) -> None:
    token = database.write(lambda t: proofs.make_token(t, "app", HTTP, "wren", NOW, "p_1"))
    (sender,) = senders(database)
    assert (sender.source, sender.name, sender.token_hash, sender.has_token) == ("app", "wren", hash_of(token), True)
    assert token not in repr(sender)


def test_a_certificate_is_signed_by_one_authority_and_only_its_hash_is_kept(
    database: Database, keyring: Keyring
) -> None:
    def make(name: str) -> proofs.Bundle:
        return database.write(lambda t: proofs.make_certificate(t, keyring, "Harbor", "servers", TLS, name, NOW, "p_1"))

    one, other = make("wren"), make("lark")
    assert one.authority == other.authority
    certificate = x509.load_pem_x509_certificate(one.certificate.encode())
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(one.authority.encode()))
    first, _ = senders(database)
    assert first.fingerprint == certificate.fingerprint(hashes.SHA256())
    assert first.until == NOW + proofs.SENDER_LIVES > NOW + 365 * DAY
    assert one.key not in repr(one)


def test_one_way_has_tokens_and_another_certificates(database: Database, keyring: Keyring) -> None:
    for way in Way:
        source = LogSource("syslog", way)
        if way is not Way.HTTP:
            with pytest.raises(LimenError):
                database.write(lambda t, source=source: proofs.make_token(t, "a", source, "x", NOW, ""))
        if way is not Way.TLS:
            with pytest.raises(LimenError):
                database.write(
                    lambda t, source=source: proofs.make_certificate(t, keyring, "H", "a", source, "x", NOW, "")
                )
    assert senders(database) == []


@pytest.mark.parametrize("name", ["", "x" * 61, "a\nb", "\u202ea"])
def test_a_name_that_can_not_be_shown_is_none(database: Database, name: str) -> None:
    with pytest.raises(LimenError):
        database.write(lambda t: proofs.make_token(t, "app", HTTP, name, NOW, ""))


def test_there_are_so_many_at_most(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "MOST_SENDERS", 2)
    for name in "ab":
        database.write(lambda t, name=name: proofs.make_token(t, "app", HTTP, name, NOW, ""))
    with pytest.raises(LimenError):
        database.write(lambda t: proofs.make_token(t, "app", HTTP, "c", NOW, ""))


def test_one_that_is_removed_is_gone_once(database: Database) -> None:
    database.write(lambda t: proofs.make_token(t, "app", HTTP, "wren", NOW, ""))
    (sender,) = senders(database)
    database.write(lambda t: proofs.remove(t, sender.id, NOW, "p_1"))
    assert senders(database) == []
    with pytest.raises(LimenError):
        database.write(lambda t: proofs.remove(t, sender.id, NOW, "p_1"))


@pytest.mark.parametrize(("name", "kind"), [("logs.harbor.example", x509.DNSName), ("192.0.2.1", x509.IPAddress)])
def test_the_servers_own_is_in_the_name_by_which_it_is_reached(
    database: Database, keyring: Keyring, name: str, kind: type
) -> None:
    authority = database.write(lambda t: store.AUTHORITY.kept(t, keyring, NOW, "Harbor"))
    made, key = proofs.server_certificate(authority, name, NOW)
    certificate = x509.load_pem_x509_certificate(made.encode())
    (named,) = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert isinstance(named, kind)
    assert "PRIVATE KEY" in key
