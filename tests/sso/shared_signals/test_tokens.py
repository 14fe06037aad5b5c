from __future__ import annotations

from pathlib import Path

import pytest

from limen.clock import HOUR, MINUTE
from limen.credentials import Cause, Ending
from limen.errors import LimenError
from limen.sso.shared_signals import tokens
from limen.sso.shared_signals.receivers import SignalReceiver
from limen.sso.shared_signals.store import TOKENS
from limen.storage import Database
from limen.storage.service_tokens import AT_ONCE

NOW = 1_764_000_000_000
WATCH = SignalReceiver(id="watch", name="Watch", audience="w", events=())


def test_a_receiver_has_two_at_most_and_a_backup_brings_none_back(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    try:
        for _ in range(AT_ONCE):
            database.write(lambda t: tokens.make(t, WATCH, NOW, by="pe_ada"))
        with pytest.raises(LimenError):
            database.write(lambda t: tokens.make(t, WATCH, NOW, by="pe_ada"))
        first, _ = database.read(lambda s: TOKENS.of(s.connection, "watch", NOW))
        database.write(lambda t: tokens.end(t, first.id, NOW, by="pe_ada"))
        with pytest.raises(LimenError):
            database.write(lambda t: tokens.end(t, first.id, NOW, by="pe_ada"))
        (kind, header) = tokens.CREDENTIALS
        restored = kind.how(Cause.RESTORED)
        assert callable(restored)
        assert database.write(lambda t: restored(t, Ending(cause=Cause.RESTORED, now=NOW))) == 1
        assert header.table == "signal_streams"
    finally:
        database.close()


def test_who_is_not_declared_any_more_has_none_but_what_was_made_just_now(tmp_path: Path) -> None:
    """It may be of a receiver that was published a moment ago, and is not known here yet."""
    database = Database.open(tmp_path / "limen.db")
    try:
        for receiver, made_at in (("watch", NOW - HOUR), ("gone", NOW - HOUR), ("coming", NOW)):
            one = SignalReceiver(id=receiver, name=receiver, audience="w", events=())
            database.write(lambda t, one=one, at=made_at: tokens.make(t, one, at, by=""))  # type: ignore[misc]
        database.write(lambda t: tokens.end_of_others(t, {"watch"}, NOW - MINUTE, NOW))
        left = database.read(lambda s: TOKENS.every(s.connection))
        assert sorted(one.service for one in left) == ["coming", "watch"]
    finally:
        database.close()
