"""Whoever can write into the folder of backups says that another machine took over: nobody believes them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest
from tests.backup.saved_company import on_free_port, serve_once

from limen.app import open_limen
from limen.backup.errors import BackupError
from limen.backup.fence import PROMOTED, Promotion, promote, promoted_in, refuse_if_replaced
from limen.company.load import load_company, load_settings
from limen.company.places import backup_folder

KEY, NOW = b"m" * 32, 1_800_000_000_000


def genuine(folder: Path) -> bytes:
    promote(folder, 3, NOW, "backup-two", KEY)
    return (folder / PROMOTED).read_bytes()


@pytest.mark.parametrize(
    "planted",
    [
        lambda _: msgspec.json.encode({"epoch": 99, "at": NOW, "machine": "mallory"}),
        lambda _: msgspec.json.encode(Promotion(99, NOW, "mallory", "00" * 32)),
        lambda _: msgspec.json.encode(Promotion(99, NOW, "mallory", "\u00e9" * 64)),
        lambda raw: raw.replace(b'"epoch":3', b'"epoch":4'),
        lambda raw: raw.replace(b"backup-two", b"backup-six"),
        lambda _: b"\xff\xfe{",
        lambda _: b"[" * 4_000,
    ],
    ids=["unsigned", "wrongly-signed", "no-signature", "higher", "another-name", "no-text", "deep"],
)
def test_what_is_not_signed_by_the_company_stops_nobody_and_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, planted: Callable[[bytes], bytes]
) -> None:
    (tmp_path / PROMOTED).write_bytes(planted(genuine(tmp_path)))
    with caplog.at_level(logging.WARNING):
        refuse_if_replaced(tmp_path, tmp_path, KEY)
    assert promoted_in(tmp_path, KEY) is None
    assert str(tmp_path / PROMOTED) in caplog.text


def test_another_companys_promotion_stops_nobody(tmp_path: Path) -> None:
    genuine(tmp_path)
    refuse_if_replaced(tmp_path, tmp_path, b"another" * 4)
    with pytest.raises(BackupError, match="backup-two"):
        refuse_if_replaced(tmp_path, tmp_path, KEY)


async def test_limen_starts_beside_a_planted_promotion(tmp_path: Path) -> None:
    served = serve_once(tmp_path)
    on_free_port(served.root)
    settings = load_settings(served.root)
    shared = backup_folder(served.root, settings)
    shared.mkdir(parents=True, exist_ok=True)
    (shared / PROMOTED).write_bytes(msgspec.json.encode({"epoch": 99, "at": NOW, "machine": "mallory"}))
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, settings, served.root, lambda: load_company(served.root))
        assert limen.core.journal.writable
