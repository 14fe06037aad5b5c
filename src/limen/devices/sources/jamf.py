"""What Jamf Pro says of a computer or a mobile device (Jamf Pro API, `ComputerInventory` and `MobileDevice`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from limen.devices.hardware import hardware_id_of, serial_of
from limen.devices.sources.record import Form, Record
from limen.devices.sources.vendor_words import checks, encryption, flag, inside, instant, text

_FILE_VAULT: Final = {"ENCRYPTED": True, "UNENCRYPTED": False, "DECRYPTED": False, "DECRYPTING": False}
_KEY: Final = {"VALID": True, "INVALID": False}
"""A key that all computers share (an institutional one) recovers no Mac with Apple silicon: it does not count."""
_SECURE_BOOT: Final = {"FULL_SECURITY": True, "MEDIUM_SECURITY": True, "NO_SECURITY": False}


def record_of_computer(told: Mapping[str, Any]) -> Record | None:
    """None for what has no id."""
    if not (name := text(told, "id", longest=90)):
        return None
    seen_at = instant(told, "general", "lastContactTime")
    state = text(told, "diskEncryption", "bootPartitionEncryptionDetails", "partitionFileVault2State")
    key = text(told, "diskEncryption", "individualRecoveryKeyValidityStatus")
    return Record(
        id=f"computer {name}",
        seen_at=seen_at,
        name=text(told, "general", "name")[:80],
        owner=text(told, "userAndLocation", "email").casefold(),
        platform="macos",
        form=Form.COMPUTER,
        serial=serial_of(text(told, "hardware", "serialNumber")),
        hardware_id=hardware_id_of(text(told, "udid")),
        is_managed=inside(told, "general", "remoteManagement", "managed") is True,
        checks=checks(
            seen_at,
            disk_encryption=encryption(_FILE_VAULT.get(state.upper()), _KEY.get(key.upper())),
            firewall=flag("enabled", inside(told, "security", "firewallEnabled")),
            secure_boot=flag("enabled", _SECURE_BOOT.get(text(told, "security", "secureBootLevel").upper())),
        ),
    )


def record_of_mobile(told: Mapping[str, Any]) -> Record | None:
    """None for what has no id."""
    if not (name := text(told, "mobileDeviceId", longest=90)):
        return None
    is_tablet = text(told, "hardware", "model").casefold().startswith("ipad")
    return Record(
        id=f"mobile {name}",
        seen_at=instant(told, "general", "lastInventoryUpdateDate"),
        name=text(told, "general", "displayName")[:80],
        owner=text(told, "userAndLocation", "emailAddress").casefold(),
        platform="ios" if text(told, "deviceType").casefold() == "ios" else "",
        form=Form.TABLET if is_tablet else Form.PHONE,
        serial=serial_of(text(told, "hardware", "serialNumber")),
        is_managed=inside(told, "general", "managed") is True,
    )
