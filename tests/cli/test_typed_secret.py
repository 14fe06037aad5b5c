from __future__ import annotations

import io

import pytest

from limen.cli.typed_secret import LONGEST, typed_secret
from limen.errors import LimenError


def test_a_secret_is_piped_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    assert typed_secret("Secret") == "s3cret"


@pytest.mark.parametrize("piped", ["", "\n", "a\nb", "x" * (LONGEST + 1), "a\x00b"])
def test_what_is_none_is_refused(piped: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(piped))
    with pytest.raises(LimenError):
        typed_secret("Secret")
