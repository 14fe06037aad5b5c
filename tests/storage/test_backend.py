from __future__ import annotations

from pathlib import Path

import pytest

from limen.storage.backend import backend_of
from limen.storage.errors import DatabaseUnfitError
from limen.storage.postgresql import PostgresqlBackend
from limen.storage.sqlite import SqliteBackend


def test_a_path_and_a_url_name_a_file(tmp_path: Path) -> None:
    assert (
        backend_of(tmp_path / "x.db")
        == backend_of(f"sqlite:///{tmp_path / 'x.db'}")
        == SqliteBackend(tmp_path / "x.db")
    )


@pytest.mark.parametrize("url", ["postgresql://limen@db/limen", "postgresql+psycopg://limen@db/limen", "postgres://x"])
def test_a_url_names_a_server(url: str) -> None:
    if url.startswith("postgres:"):
        with pytest.raises(DatabaseUnfitError):
            backend_of(url)
    else:
        backend = backend_of(url)
        assert isinstance(backend, PostgresqlBackend)
        assert backend.place == "postgresql://limen@db/limen"


@pytest.mark.parametrize("url", ["mysql://db/limen", "sqlite://", "sqlite:///:memory:", "://", "postgresql://h:x/y"])
def test_a_database_that_would_not_do_is_refused_with_what_to_do(url: str) -> None:
    with pytest.raises(DatabaseUnfitError) as refused:
        backend_of(url)
    assert "sqlite:///" in refused.value.fix


@pytest.mark.parametrize(
    "url", ["postgresql://limen:tidal@db/limen", "postgresql://db/limen?password=tidal", "postgresql://a:tidal@h:x/y"]
)
def test_a_password_in_the_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(DatabaseUnfitError) as refused:
        backend_of(url)
    assert "tidal" not in f"{refused.value} {refused.value.fix} {refused.value.__cause__!r} {refused.value.__context__}"
