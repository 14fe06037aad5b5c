"""The queue of notices: the worst first, counted by channel, hurried, tried later, and forgotten."""

from __future__ import annotations

from pathlib import Path

from limen.clock import DAY
from limen.monitor.notify import store
from limen.monitor.notify.store import CASE, DIGEST, FAILED, SENT, ChannelRow, Queued
from limen.storage import Database


def queued(number: int, **more: object) -> Queued:
    values: dict[str, object] = {
        "id": f"no_{number}",
        "channel": "chat",
        "case_id": f"ca_{number}",
        "sort": CASE,
        "level": "high",
        "queued_at": number,
        "next_try_at": number,
        "expires_at": DAY,
        **more,
    }
    return Queued(**values)  # type: ignore[arg-type]


def test_the_queue(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")

    def asked(what: str, *values: object) -> object:
        return database.read(lambda s: getattr(store, what)(s.connection, *values))

    def done(what: str, *values: object) -> None:
        database.write(lambda t: getattr(store, what)(t.connection, *values))

    for one in (queued(1), queued(2, level="critical"), queued(3, sort=DIGEST, case_id=""), queued(9, channel="it")):
        done("add", one)
    assert [one.id for one in asked("due", 5, 10)] == ["no_2", "no_1", "no_3"]  # type: ignore[attr-defined]
    assert (asked("count_since", "chat", 0), asked("count_since", "chat", 2)) == (2, 1)
    assert (asked("last_about", "chat", "ca_1"), asked("last_about", "it", "ca_1")) == (queued(1), None)
    assert asked("last_digest", "chat") == queued(3, sort=DIGEST, case_id="")
    done("try_later", "no_1", 1, 100, "slow")
    assert [one.id for one in asked("due", 5, 10)] == ["no_2", "no_3"]  # type: ignore[attr-defined]
    done("hurry", "no_1", store.SPARED, "critical", 4)
    assert [one.id for one in asked("due", 5, 10)] == ["no_1", "no_2", "no_3"]  # type: ignore[attr-defined]
    done("finish", "no_1", FAILED, 2, 6, "away")
    done("finish", "no_2", SENT, 1, 6)
    done("finish", "no_3", FAILED, 1, 6, "away")
    assert asked("last_problems") == {"chat": "away", "it": ""}
    done("forget", DAY)
    assert [one.id for one in asked("due", DAY, 10)] == ["no_9"]  # type: ignore[attr-defined]
    database.close()


def test_channels(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    assert database.read(lambda s: store.channel(s.connection, "chat")) == ChannelRow("chat")
    for at in (1, 2):
        database.write(lambda t, at=at: store.keep_channel(t.connection, ChannelRow("chat", b"x", at)))
    assert database.read(lambda s: store.channels(s.connection)) == {"chat": 2}
    database.close()
