"""The Harbor that is attacked: its files are a company's, and what never comes is said in time."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.company.load import load_company
from limen.demo import attacked_harbor as about
from limen.demo.attacked_harbor import DATA, MONITOR, NotSeenError, waited_for
from limen.demo.harbor import copy_to
from limen.demo.roles import ROLES


def test_its_files_are_sound_and_its_rule_for_salaries_is_tested(tmp_path: Path) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    (tmp_path / "monitor.yaml").write_text(MONITOR, "utf-8")
    (tmp_path / "data.yaml").write_text(DATA, "utf-8")
    assert load_company(tmp_path).apps


def test_nobody_whom_a_visitor_can_be_is_attacked() -> None:
    attacked = {about.PHISHED, about.ROBBED, about.TRICKED}
    assert attacked.isdisjoint({role.who for role in ROLES})


async def test_what_is_not_found_at_first_is_waited_for() -> None:
    found = iter([None, None, 3])

    async def look() -> int | None:
        return next(found)

    assert await waited_for("a number", look) == 3


async def test_what_never_comes_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look() -> None:
        return None

    monkeypatch.setattr(about, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(NotSeenError):
        await waited_for("a number", look)
