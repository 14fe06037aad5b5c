from __future__ import annotations

import subprocess
import sys

from tests.devices.laptops import Ida, devices_of
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House

from limen.devices.pillar import PILLAR
from limen.pillars import PILLARS, changed_by_erasing, using


async def test_what_it_declares_is_taken_in(harbor: House) -> None:
    declared = PILLAR.declarations()
    assert {kind.name.partition(".")[0] for kind in declared.events} == {"device"}
    assert {table.name for table in declared.tables} == {
        "devices",
        "device_tokens",
        "device_counts",
        "device_authority",
        "device_certificates",
        "device_signals",
        "device_signal_sources",
        "device_signal_messages",
        "device_records",
        "device_matches",
        "device_sources",
        "osquery_nodes",
        "seen_browsers",
    }
    assert ([file.name for file in declared.files], PILLAR.is_optional) == (["devices.yaml"], True)
    assert devices_of(harbor).all() == []


async def test_its_devices_are_announced_when_somebody_is_erased(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    database = harbor.limen.database
    changes = database.read(lambda snapshot: changed_by_erasing(snapshot.connection, ida.id))
    assert ("device", laptop.device) in changes


def test_limen_can_do_without_it() -> None:
    with using([one for one in PILLARS if one is not PILLAR]):
        pass


def test_no_start_waits_for_the_protocol() -> None:
    modules = (*PILLAR.pages, "limen.devices.service", "limen.devices.projection")
    program = f"import sys, {', '.join(modules)}; sys.exit('joserfc' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
