from __future__ import annotations

import pytest
from tests.importing.harbor import export, imported, made

from limen.errors import LimenError
from limen.importing.importing import change_of, understood
from limen.importing.model import Wishes
from limen.importing.readers import READERS


def test_progress_is_told_and_a_group_that_is_not_there_is_refused() -> None:
    heard: list[tuple[float, float]] = []
    understood(READERS["authelia"], export("authelia"), Wishes(), lambda done, whole: heard.append((done, whole)))
    assert heard[-1][0] == heard[-1][1]
    with pytest.raises(LimenError):
        imported("authelia", wishes=Wishes(groups={"group:gone": "staff"}))


def test_a_group_of_the_company_stands_for_an_old_one() -> None:
    wishes = Wishes(groups={"group:staff": "staff"})
    done = made(imported("authelia", wishes=wishes), wishes=wishes)
    assert done.groups["group:staff"] == "staff"
    with pytest.raises(LimenError):
        change_of(imported("authelia"), done.company, Wishes(groups={"group:staff": "nobody"}))
