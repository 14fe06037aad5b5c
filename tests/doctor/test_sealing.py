from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.doctor.scene import outside, setup

from limen.clock import DAY, Instant
from limen.data.sealing import store
from limen.data.sealing.age_keys import Identity
from limen.data.sealing.store import SealingKey
from limen.data.settings import DataSettings, SealingSettings
from limen.doctor.sealing import sealing
from limen.doctor.setup import Setup
from limen.facts import Label
from limen.finding import State
from limen.pillars import pillars
from limen.storage import Database

PAPER = Identity(b"\1" * 32).recipient.text
KEY = SealingKey("sk_1", Label.CONFIDENTIAL, "2026", PAPER, b"x", "database", (PAPER,), 1_000)


def found_in(root: Path, *keys: SealingKey, **said: object) -> Setup:
    """A set-up with these keys and settings."""
    pillars()  # their settings are declared
    database = Database.open(root / "data" / "limen.db")
    database.write(lambda tx: [store.add(tx.connection, key) for key in keys])
    database.close()
    found = setup(root)
    sealing_section = DataSettings(sealing=SealingSettings.model_validate(said))
    found.settings = found.settings.model_copy(update={"data": sealing_section})
    return found


def now() -> Instant:
    return outside().now()


@pytest.mark.parametrize(
    ("keys", "said", "states"),
    [
        (lambda _: (), {}, [State.SKIPPED]),
        (lambda _: (KEY,), {"recovery": [PAPER]}, [State.OK]),
        (lambda _: (KEY,), {}, [State.WARNING]),
        (lambda _: (replace(KEY, label=Label.RESTRICTED),), {"recovery": [PAPER]}, [State.WARNING]),
        (lambda _: (KEY,), {"recovery": ["age1x"]}, [State.WRONG]),
        (lambda _: (KEY,), {"recovery": [PAPER], "keys": "nowhere"}, [State.WRONG]),
        (lambda at: (replace(KEY, shred_at=at, shredded_at=at),), {"recovery": [PAPER]}, [State.WARNING]),
        (lambda at: (replace(KEY, shred_at=1, shredded_at=at - 9 * DAY),), {"recovery": [PAPER]}, [State.OK]),
        (
            lambda at: (replace(KEY, shred_at=at, shredded_at=at, provider="file:/k"),),
            {"recovery": [PAPER]},
            [State.OK],
        ),
        (lambda at: (replace(KEY, shred_at=at - 2 * DAY),), {"recovery": [PAPER]}, [State.WARNING]),
    ],
)
async def test_what_is_found(
    tmp_path: Path, keys: Callable[[Instant], tuple[SealingKey, ...]], said: dict[str, object], states: list[State]
) -> None:
    findings = await sealing(found_in(tmp_path, *keys(now()), **said))
    assert [one.state for one in findings] == states
