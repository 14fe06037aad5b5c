from __future__ import annotations

from tests.monitor.process.kept_in_memory import KeptInMemory

from limen.monitor.process.parts import Parts, Store


def test_parts_are_what_the_process_is_put_together_from() -> None:
    store: Store = KeptInMemory()
    parts = Parts(lambda _: [], store, {}, lambda _kind, _value: dict)
    assert parts.given("anything", b"")() == {}
    assert parts.store.read(None, 10) == []
