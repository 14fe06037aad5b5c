"""Who may send, as it is known in memory."""

from __future__ import annotations

from limen.monitor.sources.held import SendersHeld
from limen.monitor.sources.store import Sender

ONE = Sender("ls_1", "app", "wren", 1, token_hash=b"t" * 32)
OTHER = Sender("ls_2", "servers", "lark", 2, until=100, fingerprint=b"f" * 32)


def test_it_knows_senders_by_what_proves_them_until_they_end() -> None:
    held, told = SendersHeld(), list[int]()
    held.watch(lambda: told.append(1))
    held._apply_all([ONE, OTHER])
    assert held.by_token(b"t" * 32) == ONE
    assert held.by_token(b"") is None
    assert held.by_certificate("servers", 99) == {(b"f" * 32).hex(): "ls_2"}
    assert held.by_certificate("servers", 100) == {}
    assert held.by_certificate("app", 0) == {}
    held._apply("ls_1", None)
    assert (held.by_token(b"t" * 32), held.of("app"), len(told)) == (None, [], 2)
