from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave

from limen.cli.options import (
    MisusedError,
    refuse_other_device,
    refuse_other_task,
    refuse_unknown,
    split_commas,
    word_and_folder,
)
from limen.errors import LimenError


def test_words_between_commas_are_taken_without_blanks() -> None:
    assert split_commas(" wiki, payroll,, ") == ["wiki", "payroll"]
    assert split_commas("") == []


def test_the_first_unknown_name_is_refused_with_the_nearest_one() -> None:
    refuse_unknown("app", ["wiki"], {"wiki", "payroll"})
    with pytest.raises(LimenError) as refused:
        refuse_unknown("app", ["wiki", "wikki", "nothing"], {"wiki", "payroll"})
    assert refused.value.what.endswith('"wikki"')
    assert '"wiki"' in refused.value.fix


def test_an_unknown_task_is_refused_with_the_known_ones() -> None:
    refuse_other_task("token", "list", ("add", "list"))
    with pytest.raises(LimenError) as refused:
        refuse_other_task("token", "drop", ("add", "list"))
    assert refused.value.fix.endswith("add, list")
    with pytest.raises(MisusedError) as missing:
        refuse_other_task("token", "", ("add", "list"))
    assert str(missing.value).endswith("add, list")


@pytest.mark.parametrize("device", ["", "compliant", "non_compliant", "unknown"])
def test_these_are_what_a_device_can_be_supposed_to_be(device: str) -> None:
    refuse_other_device(device)


def test_a_wrong_call_ends_with_its_own_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MisusedError):
        refuse_other_device("healthy")
    assert leave("matrix", "--device", "healthy") == 2
    assert capsys.readouterr().err.startswith("limen matrix: ")


def test_a_lone_word_that_is_a_company_folder_is_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "harbor").mkdir()
    (tmp_path / "harbor" / "limen.toml").touch()
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    assert word_and_folder("harbor", Path()) == ("", Path("harbor"))
    assert word_and_folder("./nowhere", Path()) == ("", Path("nowhere"))
    assert word_and_folder("staff-work", Path()) == ("staff-work", Path())
    assert word_and_folder("other", Path()) == ("other", Path())
    assert word_and_folder("harbor", Path("there")) == ("harbor", Path("there"))
    assert word_and_folder("", Path()) == ("", Path())
