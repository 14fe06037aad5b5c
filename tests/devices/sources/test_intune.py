from __future__ import annotations

from typing import Any

import pytest
from tests.emulators.intune import managed_device, recovery_key

from limen.devices.sources.intune import record_of
from limen.devices.sources.record import Form, Record


def read(**more: Any) -> Record:
    found = record_of(managed_device(**more))
    assert found is not None
    return found


def said(record: Record, check: str) -> bool | None:
    if check not in record.checks:
        return None
    observed: Any = record.checks[check].observed
    return bool(observed.compliant if check == "management" else observed.encrypted)


def test_a_device_as_the_reference_shows_it() -> None:
    record = read()
    assert (record.owner, record.serial, record.platform, record.form) == (
        "ida@harbor.example",
        "pf-2abcd1",
        "windows",
        Form.COMPUTER,
    )
    assert record.seen_at == 1_795_770_000_000
    assert (said(record, "management"), said(record, "disk_encryption"), record.is_managed) == (True, True, True)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("compliant", True),
        ("noncompliant", False),
        ("conflict", False),
        ("unknown", None),
        ("error", None),
        ("inGracePeriod", None),
        ("configManager", None),
        ("", None),
        (None, None),
        (True, None),
    ],
)
def test_what_intune_makes_of_it(state: object, word: bool | None) -> None:
    assert said(read(complianceState=state), "management") is word
    assert said(read(complianceState=state, jailBroken="True"), "management") is False


def test_encryption_is_a_word_where_intune_can_know_it() -> None:
    assert said(read(isEncrypted=False), "disk_encryption") is False
    assert said(read(isEncrypted="false"), "disk_encryption") is None
    assert said(read(operatingSystem="Linux (ubuntu)", isEncrypted=False), "disk_encryption") is None


def test_phones_are_managed_whosever_they_are_and_laptops_only_the_companys() -> None:
    own = {"managedDeviceOwnerType": "personal"}
    assert (read(operatingSystem="iOS", **own).is_managed, read(operatingSystem="iOS", **own).form) == (
        True,
        Form.PHONE,
    )
    assert read(operatingSystem="iOS", model="iPad Pro").form is Form.TABLET
    assert (read(**own).is_managed, read(managementAgent="unknown").is_managed) == (False, False)


@pytest.mark.parametrize("wrong", [None, 7, [], {}, "x" * 999, "a\x1b[0m"])
def test_what_is_not_as_it_should_be_is_not_said(wrong: object) -> None:
    record = read(**{name: wrong for name in managed_device() if name != "id"})
    assert (record.name, record.owner, record.serial, record.checks, record.is_managed) == ("", "", "", {}, False)
    assert record.seen_at == 0
    assert record_of({"id": wrong}) is None
    assert read(lastSyncDateTime="0001-01-01T00:00:00Z").seen_at == 0


def key_of(record: Record) -> tuple[bool | None, int | None]:
    observed: Any = record.checks["disk_encryption"].observed
    return observed.key_escrowed, observed.key_escrowed_at


def test_whether_entra_keeps_its_recovery_key_and_since_when() -> None:
    keys = {recovery_key()["deviceId"]: "2026-06-15T13:45:30Z"}

    def escrowed(known: dict[str, str] | None, **more: Any) -> tuple[bool | None, int | None]:
        found = record_of(managed_device(**more), known)
        assert found is not None
        return key_of(found)

    assert escrowed(keys) == (True, 1_781_531_130)
    assert escrowed(keys, azureADDeviceId=recovery_key()["deviceId"].upper()) == (True, 1_781_531_130)
    assert escrowed({}) == (False, None)
    assert escrowed(None) == escrowed(keys, operatingSystem="macOS") == (None, None)
    assert escrowed(keys, azureADDeviceId="00000000-0000-0000-0000-000000000000") == (None, None)
    assert escrowed({recovery_key()["deviceId"]: "yesterday"}) == (True, None)
