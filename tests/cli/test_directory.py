"""`limen directory`: on the server, against a real slapd."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.access.membership.at_slapd import APP, there, write
from tests.cli.access_folder import folder
from tests.cli.test_main import leave
from tests.cli.test_request import said
from tests.slapd import DOMAIN_ADMINS, SECRET, Slapd

from limen.demo.harbor import copy_to

pytestmark = pytest.mark.slow
__all__ = ["folder", "there"]


def test_it_is_connected_checked_and_listed(there: Slapd, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "harbor"
    copy_to(folder, prefer_usual_ports=False)
    write(there, folder)
    assert leave("apply", str(folder), "-m", "a directory") == 0
    capsys.readouterr()
    (one,) = said(capsys, "directory", "list", str(folder))
    assert (one["name"], one["kind"], one["has_secret"]) == ("office", "ldap", False)
    assert leave("directory", "check", "office", str(folder)) != 0
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    assert leave("directory", "connect", "office", str(folder), "--file", str(secret)) == 0
    assert SECRET not in capsys.readouterr().out
    assert said(capsys, "directory", "check", "office", str(folder)) == [{"group": DOMAIN_ADMINS, "members": 1}]
    (one,) = said(capsys, "directory", "list", str(folder))
    assert (one["has_secret"], [group["app"] for group in one["groups"]]) == (True, [APP])  # type: ignore[attr-defined]
    there.stop()
    assert leave("directory", "check", "office", str(folder)) != 0
    assert SECRET not in "".join(capsys.readouterr())


@pytest.mark.parametrize("words", [("check",), ("list", "office"), ("connect", "another"), ("sync", "office")])
def test_what_makes_no_sense_is_refused(folder: Path, words: tuple[str, ...]) -> None:
    assert leave("directory", *words, str(folder)) != 0
