from __future__ import annotations

from pathlib import Path

from limen.company.places import (
    break_glass_file,
    data_folder,
    database_of,
    database_url,
    journal_folder,
    mail_password_file,
    outbox_folder,
)
from limen.settings import Database, Mail, Settings, Storage


def settings(**storage: object) -> Settings:
    return Settings(name="A", domain="a.example", storage=Storage(**storage))


def test_data_lies_beside_the_folder(tmp_path: Path) -> None:
    assert data_folder(tmp_path, settings()) == tmp_path / "data"
    assert database_url(tmp_path, settings()) == f"sqlite:///{tmp_path}/data/limen.db"
    assert journal_folder(tmp_path, settings()) == tmp_path / "data/journal"
    assert break_glass_file(tmp_path, settings()) == tmp_path / "data/break-glass.state"
    assert outbox_folder(tmp_path, settings()) == tmp_path / "data/outbox"
    assert mail_password_file(tmp_path, settings()) is None


def test_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    assert data_folder(tmp_path, settings(data=elsewhere)) == elsewhere
    server = Database(url="postgresql://limen@db/limen", password_file=Path("data/database.password"))
    there = Settings(name="A", domain="a.example", database=server)
    assert database_url(tmp_path, there) == "postgresql://limen@db/limen"
    database = database_of(tmp_path, there)
    assert (database.place, database.file) == ("postgresql://limen@db/limen", None)
    assert database_of(tmp_path, there, "sqlite:////srv/x.db").file == Path("/srv/x.db")
    mail = Mail(password_file=Path("data/mail.password"))
    assert mail_password_file(tmp_path, Settings(name="A", domain="a.example", mail=mail)) == (
        tmp_path / "data/mail.password"
    )
