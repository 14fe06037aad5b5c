"""The servers as settings name them: with a password from elsewhere, and only certificates that are some."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from limen.monitor.outgrown.servers import ServerUnfitError, clickhouse_server, nats_server
from limen.monitor.settings import MonitorSettings

URL = "https://clickhouse.harbor.example/limen"


def test_where_nothing_is_set_there_is_none(tmp_path: Path) -> None:
    assert clickhouse_server(MonitorSettings(), tmp_path, {"LIMEN_CLICKHOUSE_PASSWORD": "x"}) is None


def test_the_password_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("of the file\n")
    (tmp_path / "password").chmod(0o600)
    settings = MonitorSettings(clickhouse=URL, clickhouse_password_file=Path("password"))
    found = clickhouse_server(settings, tmp_path, {})
    assert found is not None
    assert (found.url, found.user, found.password, found.authority) == (URL, "limen", "of the file", "")
    found = clickhouse_server(settings, tmp_path, {"LIMEN_CLICKHOUSE_PASSWORD": "here"})
    assert found is not None
    assert found.password == "here"


@pytest.mark.parametrize("content", [None, "no certificate", "-----BEGIN PRIVATE KEY-----"])
def test_an_authority_that_is_none_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "authority.pem").write_text(content)
    settings = MonitorSettings(clickhouse=URL, clickhouse_authority=Path("authority.pem"))
    with pytest.raises(ServerUnfitError):
        clickhouse_server(settings, tmp_path, {})


def test_a_password_in_the_address_is_refused() -> None:
    with pytest.raises(ValidationError):
        MonitorSettings(clickhouse="https://limen:tidal@clickhouse.harbor.example/limen")


def test_nats_has_what_is_set(tmp_path: Path) -> None:
    assert nats_server(MonitorSettings(), tmp_path) is None
    found = nats_server(MonitorSettings(nats="tls://nats.harbor.example", nats_megabytes=10), tmp_path)
    assert found is not None
    assert (found.stream, found.credentials, found.most_bytes) == ("limen", "", 10 << 20)


@pytest.mark.parametrize("mode", [None, 0o644])
def test_credentials_that_others_read_or_that_are_not_there_are_refused(tmp_path: Path, mode: int | None) -> None:
    file = tmp_path / "limen.creds"
    if mode is not None:
        file.write_text("a secret key")
        file.chmod(mode)
    settings = MonitorSettings(nats="tls://nats.harbor.example", nats_credentials=Path("limen.creds"))
    with pytest.raises(ServerUnfitError) as refused:
        nats_server(settings, tmp_path)
    assert "secret" not in f"{refused.value} {refused.value.fix}"
