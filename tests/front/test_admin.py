from __future__ import annotations

import pytest

from limen.errors import LimenError
from limen.front import admin


async def test_a_front_that_is_not_there_is_said(tmp_path) -> None:
    assert not await admin.is_answering(tmp_path / "no.sock")
    await admin.stop(tmp_path / "no.sock")
    with pytest.raises(LimenError, match="isn't responding"):
        await admin.load(tmp_path / "no.sock", {})
    with pytest.raises(LimenError, match="how much it holds"):
        await admin.goroutines(tmp_path / "no.sock")
