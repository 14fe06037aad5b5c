from __future__ import annotations

import asyncio
from pathlib import Path

from tests.cli.test_main import leave
from tests.company.small_folder import small_folder

from limen.cli.identity_ports import ports_of, sources_of
from limen.cli.open_company import opened


def test_a_command_has_the_sources_that_are_in_force_and_waits_at_its_end(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    (folder / "people.yaml").write_text("sources:\n  - {id: hr, kind: scim}\n")
    assert leave("apply", str(folder), "-m", "first") == 0
    with opened(folder) as here:
        company = here.in_force()
        assert [one.id for one in sources_of(here, company).declared] == ["hr"]
        assert asyncio.run(ports_of(here, company).settled(7)) is None
