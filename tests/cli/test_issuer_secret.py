"""`limen issuer-secret`."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.web.conftest import HARBOR

from limen.sso.upstream import store
from limen.storage import Database

FILE = """issuers:
  - {id: there, name: There, issuer: https://idp.example, client_id: limen}
  - {id: signs, name: Signs, issuer: https://signs.example, client_id: limen, authentication: private_key_jwt}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(HARBOR, tmp_path / "harbor")
    (tmp_path / "harbor" / "sign-in.yaml").write_text(FILE)
    return tmp_path / "harbor"


def test_it_is_sealed_and_never_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a-secret-of-limen\n"))
    assert leave("issuer-secret", "there", str(folder)) == 0
    said = capsys.readouterr()
    assert "a-secret-of-limen" not in said.out + said.err
    assert "/sign-in/with/there/back" in said.out
    kept = next(folder.parent.rglob("limen.db"))
    assert b"a-secret-of-limen" not in kept.read_bytes()
    database = Database.open(kept)
    assert database.read(lambda s: store.with_secrets(s.connection)) == {"https://idp.example"}
    database.close()


@pytest.mark.parametrize(("issuer", "typed"), [("signs", "x"), ("nobody", "x"), ("there", ""), ("there", "a\nb")])
def test_what_is_no_secret_is_not_kept(folder: Path, monkeypatch: pytest.MonkeyPatch, issuer: str, typed: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert leave("issuer-secret", issuer, str(folder)) == 1
