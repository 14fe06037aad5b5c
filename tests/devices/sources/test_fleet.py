from __future__ import annotations

from typing import Any

import pytest
from tests.devices.sources.test_intune import key_of, said
from tests.emulators.fleet import host

from limen.devices.sources.fleet import record_of
from limen.devices.sources.record import Form, Record


def read(**more: Any) -> Record:
    found = record_of(host(**more))
    assert found is not None
    return found


def test_a_host_as_the_reference_shows_it() -> None:
    record = read()
    assert (record.id, record.owner, record.serial, record.hardware_id) == (
        "1",
        "ida@harbor.example",
        "c02lark1",
        "392547dc-0000-4000-a87a-000000000001",
    )
    assert (record.platform, record.is_managed) == ("macos", True)
    assert (said(record, "management"), said(record, "disk_encryption")) == (True, True)


def test_failing_policies_are_a_word_against_it() -> None:
    assert said(read(issues={"failing_policies_count": 2}), "management") is False
    assert said(read(issues={}), "management") is None
    assert said(read(disk_encryption_enabled=None), "disk_encryption") is None


def test_whose_it_is_is_never_what_the_host_says_itself() -> None:
    own = [{"email": "tom@harbor.example", "source": "google_chrome_profiles"}]
    assert read(device_mapping=own).owner == ""
    assert read(device_mapping=[*own, *host()["device_mapping"]]).owner == "ida@harbor.example"
    assert read(device_mapping="tom@harbor.example").owner == ""


@pytest.mark.parametrize(
    ("status", "platform", "is_managed"),
    [
        ("On (manual)", "darwin", True),
        ("On (personal)", "darwin", False),
        ("On (personal)", "ios", True),
        ("Pending", "darwin", False),
        ("Off", "ios", False),
        (None, "ubuntu", False),
    ],
)
def test_what_is_managed(status: object, platform: str, is_managed: bool) -> None:
    assert read(mdm={"enrollment_status": status}, platform=platform).is_managed is is_managed


@pytest.mark.parametrize("wrong", [None, 7, [], {}, "x" * 999])
def test_what_is_not_as_it_should_be_is_not_said(wrong: object) -> None:
    record = read(**{name: wrong for name in host() if name != "id"})
    assert (record.owner, record.serial, record.hardware_id, record.checks) == ("", "", "", {})
    assert record_of({"id": str(wrong)}) is None
    assert record.form is Form.COMPUTER


@pytest.mark.parametrize("told", [True, False, None, "true", 1])
def test_whether_fleet_holds_its_recovery_key(told: object) -> None:
    found = key_of(read(mdm={"encryption_key_available": told}))
    assert found == (told if isinstance(told, bool) else None, None)
