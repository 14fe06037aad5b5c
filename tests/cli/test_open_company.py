from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.company_folder import change
from tests.company.small_folder import small_folder

from limen.cli.open_company import opened
from limen.errors import LimenError


def test_what_stands_beside_a_folder_is_found_by_it(tmp_path: Path) -> None:
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    change(root, "apps.yaml", "label: internal", "label: public")
    assert leave("apply", str(root), "-m", "The wiki is for everybody") == 0
    with opened(root) as here:
        newest = here.newest()
        assert newest.reason == "The wiki is for everybody"
        assert here.in_force().revision == newest.id
        assert here.revision(newest.id[:5]) == newest
        for wrong, said in (("", "there is no revision"), ("zzz", "there is no revision"), ("%", "there is no")):
            with pytest.raises(LimenError, match=said):
                here.revision(wrong)


def test_no_database_is_made_by_looking_for_one(tmp_path: Path) -> None:
    root = small_folder(tmp_path)
    with pytest.raises(LimenError, match="nothing has been published here yet"), opened(root):
        pass
    assert not (root / "data").exists()
