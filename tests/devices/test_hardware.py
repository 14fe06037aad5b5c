from __future__ import annotations

import pytest

from limen.devices.hardware import hardware_id_of, keys_of, serial_of


@pytest.mark.parametrize(
    ("written", "serial"),
    [
        (" PF-2ABCDE ", "pf-2abcde"),
        ("VMware-56 4d 12", "vmware-564d12"),
        ("To Be Filled By O.E.M.", ""),
        ("System Serial Number", ""),
        ("0000000", ""),
        ("abab", ""),
        ("Default string", ""),
        ("x" * 65, ""),
        ("sérial-1234", ""),
        ("", ""),
    ],
)
def test_serial_numbers_that_tell_machines_apart(written: str, serial: str) -> None:
    assert serial_of(written) == serial


@pytest.mark.parametrize(
    ("written", "hardware_id"),
    [
        ("4C4C4544-0042-3510-8052-C4C04F4E3432", "4c4c4544-0042-3510-8052-c4c04f4e3432"),
        ("{4C4C4544-0042-3510-8052-C4C04F4E3432}", "4c4c4544-0042-3510-8052-c4c04f4e3432"),
        ("03000200-0400-0500-0006-000700080009", ""),
        ("00000000-0000-0000-0000-000000000000", ""),
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", ""),
        ("wren", ""),
    ],
)
def test_hardware_ids_that_tell_machines_apart(written: str, hardware_id: str) -> None:
    assert hardware_id_of(written) == hardware_id


def test_what_an_agent_tells_of_its_machine() -> None:
    assert keys_of('{"serial": "PF-2ABCDE", "vendor": "Lenovo"}') == ("pf-2abcde", "")
    assert keys_of("") == ("", "")
