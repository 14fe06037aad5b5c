"""`limen issuer-metadata`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.sso.saml_issuer import ENTITY, KEYS, FakeSaml
from tests.sso.upstream.test_sign_in_file import read_text


def test_what_it_prints_is_an_entry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "idp.xml").write_bytes(FakeSaml().metadata())
    assert leave("issuer-metadata", str(tmp_path / "idp.xml")) == 0
    said = capsys.readouterr().out
    found, problems = read_text("issuers:\n" + said.replace("id: NAME", "id: works"))
    assert found is not None, problems
    (issuer,) = found.issuers
    assert issuer.saml is not None
    assert (issuer.url, issuer.saml.certificates) == (ENTITY, (KEYS.bare,))
    assert issuer.saml.sign_in_url == "https://idp.works.example/sso"
    assert issuer.saml.sign_out_url == "https://idp.works.example/slo"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html/>",
        FakeSaml().metadata().replace(b"IDPSSO", b"SPSSO"),
        FakeSaml().metadata().replace(b"HTTP-Redirect", b"SOAP"),
        FakeSaml().metadata('validUntil="2020-01-01T00:00:00Z"'),
    ],
)
def test_what_can_not_be_used_is_said(tmp_path: Path, document: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "idp.xml").write_bytes(document)
    assert leave("issuer-metadata", str(tmp_path / "idp.xml")) == 1
    assert capsys.readouterr().out == ""
    assert leave("issuer-metadata", str(tmp_path / "none.xml")) == 1
