from __future__ import annotations

import io
from pathlib import Path

import pytest

from limen.cli.typed_secret import LONGEST, LONGEST_FILE, secret_in, typed_secret
from limen.errors import LimenError


def test_a_secret_is_piped_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    assert typed_secret("Secret") == "s3cret"


@pytest.mark.parametrize("piped", ["", "\n", "a\nb", "x" * (LONGEST + 1), "a\x00b"])
def test_what_is_none_is_refused(piped: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(piped))
    with pytest.raises(LimenError):
        typed_secret("Secret")


def test_a_key_is_taken_from_a_file_with_its_lines(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    assert secret_in(tmp_path / "key.pem").count("\n") == 2


@pytest.mark.parametrize("held", [b"", b"\n", b"\xff\xfe", b"a\x00b", b"x" * (LONGEST_FILE + 1), None])
def test_a_file_that_holds_none_is_refused(tmp_path: Path, held: bytes | None) -> None:
    if held is not None:
        (tmp_path / "key").write_bytes(held)
    with pytest.raises(LimenError):
        secret_in(tmp_path / "key")
