"""The part as a value: what it declares, and that Limen runs without it."""

from __future__ import annotations

import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from tests.access.at_harbor import AtHarbor, Colleague
from tests.web.conftest import House, move_in

from limen.access.pillar import PILLAR
from limen.pillar import AccessGrants
from limen.pillars import PILLARS, changed_by_erasing, using


def test_what_it_declares_is_taken_in() -> None:
    declared = PILLAR.declarations()
    events = {kind.name.partition(".")[0] for kind in declared.events}
    assert events == {"access", "directory", "review", "service_account"}
    tables = {table.name.partition("_")[0] for table in declared.tables}
    assert tables == {"access", "directories", "directory", "service"}
    assert {kind.name for kind in declared.credentials} == {"grants", "access_requests"}
    assert [file.name for file in declared.files] == ["access.yaml"]


async def test_limen_decides_without_it(tmp_path: Path) -> None:
    with using([one for one in PILLARS if one is not PILLAR]):
        async with AsyncExitStack() as closing:
            house: House = await move_in(closing, tmp_path / "harbor", lambda folder: (folder / "access.yaml").unlink())
            browser = house.browser()
            await house.member(browser, "Ida", "staff")
            assert (await browser.get("/")).status_code == 200
            assert house.limen.core.offers.find(AccessGrants) is None


async def test_what_it_does_as_time_passes_is_done_by_itself(harbor: AtHarbor) -> None:
    names = [one.name for one in harbor.house.limen.parts["access"].periodic]
    assert len(names) == 8


async def test_an_erasure_takes_requests_and_grants(harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    await farid.approves(await oscar.asks())
    changes = harbor.house.limen.database.read(lambda s: changed_by_erasing(s.connection, oscar.id))
    assert ("grants", oscar.id) in changes


def test_its_value_is_light() -> None:
    code = "import limen.access.pillar, sys; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
