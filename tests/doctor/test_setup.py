from __future__ import annotations

from pathlib import Path

import pytest
from tests.company.company_folder import change, new_folder
from tests.doctor.scene import outside, setup

from limen.doctor.environment import Process
from limen.doctor.setup import setup_in
from limen.errors import LimenError


def test_what_can_be_read_of_a_folder_is_its_set_up(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    (root / "policies" / "10-people.cedar").write_text("this is no policy")
    there = setup_in(root, outside())
    assert there.hosts == ("limen.example.localhost", "handbook.example.localhost")
    assert (there.port, there.is_https, there.database.place[-8:]) == (8080, False, "limen.db")
    change(root, "limen.toml", "[sessions]", "[sesions]")
    with pytest.raises(LimenError, match="sesions"):
        setup_in(root, outside())


def test_a_running_limen_is_who_writes_the_journal_or_this_process(tmp_path: Path) -> None:
    running = setup(tmp_path, outside_=outside(journal_holder=lambda _folder: Process(7, "limen")))
    assert running.limen == Process(7, "limen")
    running.own_pid = 8
    assert running.limen == Process(8, "limen")
