from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from limen.data.doors.not_open import NotOpen
from limen.data.examining import examine
from limen.data.settings import DataSettings
from limen.finding import State
from limen.pillar.part import Installation

OK, WRONG, WARNING, SKIPPED = State.OK, State.WRONG, State.WARNING, State.SKIPPED


@pytest.mark.parametrize(
    ("said", "states"),
    [
        ({}, [SKIPPED]),
        ({"icap": "127.0.0.1:1344"}, [OK]),
        ({"icap": "0.0.0.0:1344"}, [WRONG]),
        ({"icap": "0.0.0.0:1344", "unencrypted": True}, [WARNING]),
        ({"icap": "0.0.0.0:1344", "unencrypted": True, "proxies": ["192.0.2.1/32"]}, [OK]),
        ({"icap": "127.0.0.1:1344", "icap_key": "k.pem"}, [WRONG]),
        ({"icap": "127.0.0.1:1344", "icap_key": "k.pem", "icap_certificate": "c.pem"}, [WRONG]),
        ({"milter": "127.0.0.1:8891"}, [OK]),
        ({"milter": "192.0.2.1:8891"}, [WRONG]),
        ({"milter": "192.0.2.1:8891", "unencrypted": True}, [WARNING]),
        ({"milter": "192.0.2.1:8891", "unencrypted": True, "mail_servers": ["192.0.2.2/32"]}, [OK]),
        ({"milter": "1.2.3.4.5:8891"}, [WRONG]),
        ({"shares": {"sales": "share"}}, [OK]),
        ({"shares": {"sales": "share"}, "samba_log": "none"}, [OK, WARNING]),
        ({"shares": {"sales": "share"}, "samba_log": "log"}, [OK]),
        ({"shares": {"sales": "none", "all": "."}}, [WRONG, WRONG]),
        ({"shares": {"sales": "share"}, "quarantine": "share/kept"}, [WRONG]),
    ],
)
async def test_what_is_set_is_held_against_this_machine(
    tmp_path: Path, said: dict[str, Any], states: list[State]
) -> None:
    (tmp_path / "share").mkdir()
    (tmp_path / "log").touch()
    settings = SimpleNamespace(
        section=lambda _kind: DataSettings.model_validate(said), storage=SimpleNamespace(data=Path("data"))
    )
    found = await examine(Installation(tmp_path, settings))
    assert [one.state for one in found] == states
    assert all(one.fix for one in found if one.state in {WRONG, WARNING})


@pytest.mark.skipif(os.geteuid() != 0, reason="only root asks for another user")
def test_a_log_of_samba_that_limens_user_may_not_read_is_a_warning() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o755)
        for one in ("share", "data"):
            (folder / one).mkdir()
            os.chown(folder / one, 65_534, -1)
        (folder / "log").touch(0o640)
        said = {"shares": {"sales": "share"}, "samba_log": "log"}
        settings = SimpleNamespace(
            section=lambda _kind: DataSettings.model_validate(said), storage=SimpleNamespace(data=Path("data"))
        )
        assert [one.state for one in asyncio.run(examine(Installation(folder, settings)))] == [OK, WARNING]
        (folder / "share").chmod(0o500)
        (folder / "log").chmod(0o644)
        os.chown(folder / "share", 0, 0)
        assert [one.state for one in asyncio.run(examine(Installation(folder, settings)))] == [WRONG]


async def test_a_share_that_is_read_only_here_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "share").mkdir()
    monkeypatch.setattr("limen.data.doors.services.may", lambda *_: False)
    settings = SimpleNamespace(
        section=lambda _kind: DataSettings.model_validate({"shares": {"sales": "share"}}),
        storage=SimpleNamespace(data=Path("data")),
    )
    (found,) = await examine(Installation(tmp_path, settings))
    assert (found.state, bool(found.fix)) == (WRONG, True)


async def test_what_the_limen_that_runs_could_not_open_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "share").mkdir()
    told = {"icap": "address already in use", "shares.sales": "inotify watch limit reached"}
    NotOpen(tmp_path / "data", lambda _event: None, lambda: 1).tell(told)
    said = {"icap": "127.0.0.1:1344", "shares": {"sales": "share"}}
    settings = SimpleNamespace(
        section=lambda _kind: DataSettings.model_validate(said), storage=SimpleNamespace(data=Path("data"))
    )
    found = await examine(Installation(tmp_path, settings))
    wrong = [one.where for one in found if one.state is WRONG]
    assert wrong == ["127.0.0.1:1344", str(tmp_path / "share")]
