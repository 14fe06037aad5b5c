"""Each SAML issuer encrypts for a key of its own, which is kept sealed and signs nothing."""

from __future__ import annotations

from pathlib import Path

from limen.pillars import pillars
from limen.sso import signing_keys
from limen.sso.saml import keys as saml_keys
from limen.sso.upstream import store
from limen.sso.upstream.decryption_keys import held, kept
from limen.storage import Database, Keyring

HERE, THERE = "https://idp.example/saml", "https://other.example/saml"


def test_a_key_is_made_once_for_each_issuer_and_goes_with_the_others(tmp_path: Path) -> None:
    pillars()  # what is journaled is declared by them
    database = Database.open(tmp_path / "limen.db")
    keyring = Keyring.open(database, bytes(32))
    assert database.read(lambda s: held(s, keyring, HERE)) is None
    first = database.write(lambda t: kept(t, keyring, HERE, 10, "Harbor"))
    assert database.write(lambda t: kept(t, keyring, HERE, 20, "Harbor")) == first
    assert database.read(lambda s: held(s, keyring, HERE)) == first
    other = database.write(lambda t: kept(t, keyring, THERE, 20, "Harbor"))
    assert other.private != first.private
    signing = database.write(lambda t: saml_keys.kept_keys(t, keyring, 20, "Harbor")).every
    assert first.certificate not in {one.certificate for one in signing}
    database.write(lambda t: store.keep_secret(t.connection, keyring, HERE, "of OpenID Connect", 30))
    database.write(lambda t: signing_keys.discard(t, keyring, signing_keys.SAML, 40, "Harbor", "somebody"))
    assert database.read(lambda s: held(s, keyring, HERE)) is None
    assert database.read(lambda s: store.secret_of(s.connection, keyring, HERE)) == "of OpenID Connect"
    database.close()


def test_it_is_never_what_limen_proves_itself_by(tmp_path: Path) -> None:
    """An issuer that is called the same and speaks OpenID Connect is sent no private key."""
    database = Database.open(tmp_path / "limen.db")
    keyring = Keyring.open(database, bytes(32))
    database.write(lambda t: kept(t, keyring, HERE, 10, "Harbor"))
    assert database.read(lambda s: store.secret_of(s.connection, keyring, HERE)) == ""
    assert HERE not in database.read(lambda s: store.with_secrets(s.connection))
    database.close()
