"""A part that says nothing declares nothing, does nothing and sends nobody anywhere."""

from __future__ import annotations

import asyncio
import re

from limen.pillar import NAME, Declarations, Pillar


def test_a_part_that_says_nothing_changes_nothing() -> None:
    part = Pillar(name="lamp")
    assert (part.declarations(), part.is_optional, list(part.changed_by_erasing(None, "p_1"))) == (
        Declarations(),
        True,
        [],
    )
    running = asyncio.run(part.build(None))
    assert (running.offers, running.periodic, list(running.figures())) == ((), (), [])
    assert running.first_step("p_1", "https://wiki.harbor.example/") == ""
    running.saw_sign_in("p_1", "", "")
    asyncio.run(running.close())


def test_a_name_is_that_of_a_folder() -> None:
    assert re.fullmatch(NAME, "identity")
    assert not any(re.fullmatch(NAME, one) for one in ("", "x", "Lamp", "a-b", "../a", "1a", "a" * 40))
