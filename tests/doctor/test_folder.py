from __future__ import annotations

from pathlib import Path

from tests.company.company_folder import change, new_folder
from tests.doctor.scene import setup

from limen.company.load import Checked
from limen.doctor.folder import folder, said
from limen.finding import State


async def test_problems_are_counted_and_the_first_is_told(tmp_path: Path) -> None:
    root = new_folder(tmp_path)
    assert [one.state for one in await folder(setup(root))] == [State.OK]
    change(root, "apps.yaml", "label: internal", "label: secret")
    change(root, "apps.yaml", "owner: staff", "owner: nobody")
    (found,) = await folder(setup(root))
    assert found.state is State.WRONG
    assert found.what.startswith("apps.yaml:")
    assert found.what.endswith("and 1 more problem")
    assert "limen check" in found.fix


def test_a_folder_that_is_none_is_wrong() -> None:
    assert said(Checked(None, ()), "x").state is State.WRONG
