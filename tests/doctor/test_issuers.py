"""The doctor looks at the services that sign people in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.doctor.scene import setup
from tests.sso.issuer import FakeIssuer, entry, issuer_at_work, written
from tests.sso.saml.certificates import key_pair
from tests.sso.saml_issuer import FakeSaml, saml_entry

from limen.clock import SystemClock
from limen.doctor.issuers import issuers
from limen.finding import Finding, State
from limen.sso.upstream import store
from limen.storage import Database, Keyring


@pytest.fixture
def there(tmp_path: Path) -> Iterator[FakeIssuer]:
    with issuer_at_work() as issuer:
        issuer.clock = SystemClock()
        written(entry(issuer))(tmp_path)
        yield issuer


@pytest.fixture
def secret(tmp_path: Path, there: FakeIssuer) -> None:
    database = Database.open(tmp_path / "data" / "limen.db")
    keyring = Keyring.open(database, bytes(32))
    database.write(lambda t: store.keep_secret(t.connection, keyring, there.url, "hidden", 1))
    database.close()


async def looked(folder: Path) -> list[Finding]:
    return await issuers(setup(folder))


async def test_one_that_is_well_is_fine(tmp_path: Path, there: FakeIssuer, secret: None) -> None:
    (found,) = await looked(tmp_path)
    assert (found.state, found.where) == (State.OK, "there")
    assert "/token" not in [path for path, _, _ in there.asked]


async def test_a_secret_that_is_missing_is_said_and_what_to_run(tmp_path: Path, there: FakeIssuer) -> None:
    (found,) = await looked(tmp_path)
    assert found.state is State.WRONG
    assert "limen issuer-secret there" in found.fix


async def test_what_it_answers_wrongly_is_said(tmp_path: Path, there: FakeIssuer, secret: None) -> None:
    there.document = {"issuer": "https://another.example"}
    (found,) = await looked(tmp_path)
    assert (found.state, "another issuer" in found.what) == (State.WRONG, True)
    there.document = {"jwks_uri": "http://169.254.169.254/"}
    assert [one.state for one in await looked(tmp_path)] == [State.WRONG]


async def test_a_clock_that_is_off_is_said(
    tmp_path: Path, there: FakeIssuer, secret: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "http.server.BaseHTTPRequestHandler.date_time_string", lambda *_: "Tue, 24 Nov 2020 09:00:00 GMT"
    )
    (found,) = await looked(tmp_path)
    assert (found.state, "behind" in found.what) == (State.WARNING, True)


async def test_without_any_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    (found,) = await looked(tmp_path)
    assert found.state is State.SKIPPED


async def test_a_saml_issuer_is_asked_for_its_metadata(tmp_path: Path, there: FakeIssuer) -> None:
    fake = FakeSaml()
    there.answers["/metadata"] = lambda handler: handler.reply(200, fake.metadata())  # type: ignore[attr-defined]
    written(saml_entry(fake, saml=f"      metadata: {there.url}/metadata\n"))(tmp_path)
    (found,) = await looked(tmp_path)
    assert (found.state, found.where) == (State.OK, "there")
    for document in (b"<html/>", fake.metadata().replace(b"HTTP-Redirect", b"SOAP")):
        there.answers["/metadata"] = lambda handler, said=document: handler.reply(200, said)  # type: ignore[misc]
        assert [one.state for one in await looked(tmp_path)] == [State.WRONG]
    assert {path for path, _, _ in there.asked} == {"/metadata"}


async def test_the_end_of_a_certificate_in_the_file_is_said(tmp_path: Path) -> None:
    fake = FakeSaml()
    written(saml_entry(fake))(tmp_path)
    assert [one.state for one in await looked(tmp_path)] == [State.OK]
    written(saml_entry(FakeSaml(keys=key_pair("works", days=20))))(tmp_path)
    (found,) = await looked(tmp_path)
    assert (found.state, "metadata" in found.fix) == (State.WARNING, True)


async def test_two_services_of_one_domain_are_a_warning(tmp_path: Path, there: FakeIssuer, secret: None) -> None:
    with issuer_at_work() as other:
        written(entry(there), entry(other, "other"))(tmp_path)
        found = await looked(tmp_path)
    assert [one.where for one in found if one.state is State.WARNING] == ["sign-in.yaml"]
