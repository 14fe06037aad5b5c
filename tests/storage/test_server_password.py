"""The password of a server: the environment, then systemd, then a file that only its owner reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.storage.errors import StorageError
from limen.storage.server_password import server_password


def test_each_server_has_names_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "limen.clickhouse.password").write_text("of systemd\n")
    (tmp_path / "limen.clickhouse.password").chmod(0o440)
    given = {"CREDENTIALS_DIRECTORY": str(tmp_path), "LIMEN_DATABASE_PASSWORD": "of another"}
    assert server_password("clickhouse", None, given) == "of systemd"
    assert server_password("clickhouse", None, given | {"LIMEN_CLICKHOUSE_PASSWORD": "here"}) == "here"
    assert server_password("mail", None, given) == ""


def test_a_file_that_others_read_is_refused_without_its_content(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("tidal")
    file.chmod(0o644)
    with pytest.raises(StorageError) as refused:
        server_password("clickhouse", file, {})
    assert "tidal" not in f"{refused.value} {refused.value.fix}"
