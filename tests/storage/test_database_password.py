from __future__ import annotations

from pathlib import Path

import pytest

from limen.storage.database_password import database_password
from limen.storage.errors import DatabaseUnfitError


def test_the_environment_comes_first_then_systemd_then_the_file(tmp_path: Path) -> None:
    file, credentials = tmp_path / "password", tmp_path / "credentials"
    file.write_text("of the file\nmore\n")
    file.chmod(0o600)
    credentials.mkdir()
    (credentials / "limen.database.password").write_text("of systemd\n")
    (credentials / "limen.database.password").chmod(0o440)
    given = {"CREDENTIALS_DIRECTORY": str(credentials)}
    assert database_password(file, given | {"LIMEN_DATABASE_PASSWORD": "of the environment"}) == "of the environment"
    assert database_password(file, given) == "of systemd"
    assert database_password(file, {}) == "of the file"
    assert database_password(None, {}) == ""


@pytest.mark.parametrize(("text", "mode"), [("", 0o600), ("tidal", 0o644), (None, 0)])
def test_a_file_that_will_not_do_is_refused(tmp_path: Path, text: str | None, mode: int) -> None:
    file = tmp_path / "password"
    if text is not None:
        file.write_text(text)
        file.chmod(mode)
    with pytest.raises(DatabaseUnfitError) as refused:
        database_password(file, {})
    assert "tidal" not in f"{refused.value} {refused.value.fix}"
