from __future__ import annotations

from typing import Any

import pytest
from tests.devices.sources.test_intune import key_of, said
from tests.emulators.jamf import computer, mobile_device

from limen.devices.sources.jamf import record_of_computer, record_of_mobile
from limen.devices.sources.record import Form, Record


def read(**more: Any) -> Record:
    found = record_of_computer(computer(**more))
    assert found is not None
    return found


def test_a_computer_as_the_schema_has_it() -> None:
    record = read()
    assert (record.id, record.owner, record.serial) == ("computer 1", "ida@harbor.example", "c02jamf1")
    assert (record.hardware_id, record.is_managed) == ("a311b7c8-75ee-48cf-9b1b-000000000001", True)
    assert set(record.checks) == {"disk_encryption", "firewall", "secure_boot"}


@pytest.mark.parametrize(
    ("state", "word"),
    [("ENCRYPTED", True), ("UNENCRYPTED", False), ("UNKNOWN", None), ("ENCRYPTING", None), (None, None)],
)
def test_encryption(state: object, word: bool | None) -> None:
    told = {"bootPartitionEncryptionDetails": {"partitionFileVault2State": state}, "fileVault2Enabled": True}
    assert said(read(diskEncryption=told), "disk_encryption") is word


def test_a_phone_as_the_schema_has_it() -> None:
    record = record_of_mobile(mobile_device())
    assert record is not None
    assert (record.id, record.form, record.platform, record.is_managed) == ("mobile 1", Form.PHONE, "ios", True)
    tablet = record_of_mobile(mobile_device(hardware={"model": "iPad Air", "serialNumber": "X"}))
    assert tablet is not None
    assert (tablet.form, tablet.serial) == (Form.TABLET, "")


@pytest.mark.parametrize("wrong", [None, 7, [], {}, "x" * 999])
def test_what_is_not_as_it_should_be_is_not_said(wrong: object) -> None:
    record = read(**{name: wrong for name in computer() if name != "id"})
    assert (record.owner, record.serial, record.checks, record.is_managed) == ("", "", {}, False)
    assert record_of_computer({"id": wrong}) is None
    assert record_of_mobile({"mobileDeviceId": wrong}) is None


@pytest.mark.parametrize(
    ("said_of_it", "is_escrowed"), [("VALID", True), ("INVALID", False), ("UNKNOWN", None), ("NOT_APPLICABLE", None)]
)
def test_whether_jamf_holds_a_recovery_key_that_is_valid(said_of_it: str, is_escrowed: bool | None) -> None:
    state = {"bootPartitionEncryptionDetails": {"partitionFileVault2State": "ENCRYPTED"}}
    shared = {**state, "individualRecoveryKeyValidityStatus": said_of_it, "institutionalRecoveryKeyPresent": True}
    found = record_of_computer(computer(diskEncryption=shared))
    assert found is not None
    assert key_of(found) == (is_escrowed, None)
