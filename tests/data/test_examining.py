from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

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


async def test_a_share_that_is_read_only_here_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "share").mkdir()
    monkeypatch.setattr("limen.data.doors.services.os.access", lambda *_: False)
    settings = SimpleNamespace(
        section=lambda _kind: DataSettings.model_validate({"shares": {"sales": "share"}}),
        storage=SimpleNamespace(data=Path("data")),
    )
    (found,) = await examine(Installation(tmp_path, settings))
    assert (found.state, bool(found.fix)) == (WRONG, True)
