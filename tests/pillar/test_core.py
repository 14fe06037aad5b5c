"""What is committed is waited for where it changed or said something, and only there."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from limen.pillar import committed


@pytest.mark.parametrize(("changed", "said", "waited"), [(0, 0, []), (7, 0, [7]), (0, 3, [0]), (7, 3, [7])])
def test_what_changed_or_was_said_is_waited_for(changed: int, said: int, waited: list[int]) -> None:
    seen: list[int] = []

    class _Database:
        async def writing(self, work: object) -> object:
            return work(SimpleNamespace(changed_seq=changed, said_seq=said))

    async def settled(seq: int) -> None:
        seen.append(seq)

    assert asyncio.run(committed(_Database(), settled, lambda _transaction: "done")) == "done"
    assert seen == waited
