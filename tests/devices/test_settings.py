"""The section `[devices]`."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.devices.software_tpm import Authority
from tests.web.conftest import move_in

from limen.devices.settings import DeviceSettings
from limen.errors import LimenError


def test_makers_of_tpms_are_beside_the_settings() -> None:
    assert DeviceSettings().tpm_makers == Path("tpm-makers")


async def test_a_folder_that_is_named_is_read_at_the_start(tmp_path: Path) -> None:
    def write(root: Path) -> None:
        with (root / "limen.toml").open("a") as settings:
            settings.write('\n[devices]\ntpm_makers = "makers"\n')
        (root / "makers").mkdir()
        (root / "makers" / "harbor.pem").write_bytes(content)

    content = Authority().pem
    async with AsyncExitStack() as closing:
        await move_in(closing, tmp_path / "good", write)
    content = b"nothing"
    async with AsyncExitStack() as closing:
        with pytest.raises(LimenError):
            await move_in(closing, tmp_path / "bad", write)
