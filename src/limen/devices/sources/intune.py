"""What Intune says of a device (Microsoft Graph, `managedDevice`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from limen.devices.hardware import serial_of
from limen.devices.sources.record import Form, Record
from limen.devices.sources.vendor_words import checks, encryption, flag, inside, instant, text

_SYSTEMS: Final = {
    "windows": ("windows", Form.COMPUTER),
    "macos": ("macos", Form.COMPUTER),
    "linux": ("linux", Form.COMPUTER),
    "ios": ("ios", Form.PHONE),
    "ipados": ("ios", Form.TABLET),
    "android": ("android", Form.PHONE),
}
_WORDS: Final = {"compliant": True, "noncompliant": False, "conflict": False}
"""Of the others Intune itself does not know, or waits: that is no word."""
_KNOWS_ENCRYPTION: Final = frozenset({"windows", "macos"})
_NOT_JOINED: Final = frozenset({"", "00000000-0000-0000-0000-000000000000"})


def record_of(told: Mapping[str, Any], keys: Mapping[str, str] | None = None) -> Record | None:
    """None for what has no id. `keys`: of which devices Entra ID keeps a BitLocker recovery key, since when."""
    if not (name := text(told, "id", longest=100)):
        return None
    system, seen_at = text(told, "operatingSystem").casefold(), instant(told, "lastSyncDateTime")
    platform, form = _SYSTEMS.get(system.partition(" ")[0], ("", Form.UNKNOWN))
    if text(told, "model").casefold().startswith("ipad"):
        form = Form.TABLET
    word = _WORDS.get(text(told, "complianceState").casefold())
    if text(told, "jailBroken").casefold() == "true":
        word = False
    return Record(
        id=name,
        seen_at=seen_at,
        name=text(told, "deviceName")[:80],
        owner=text(told, "userPrincipalName").casefold(),
        platform=platform,
        form=form,
        serial=serial_of(text(told, "serialNumber")),
        is_managed=_is_managed(told, form),
        checks=checks(
            seen_at,
            management=flag("compliant", word),
            disk_encryption=_encryption(told, platform, keys) if platform in _KNOWS_ENCRYPTION else None,
        ),
    )


def _encryption(told: Mapping[str, Any], platform: str, keys: Mapping[str, str] | None) -> dict[str, Any] | None:
    """Graph v1.0 tells of recovery keys of BitLocker alone: of FileVault it is not known."""
    encrypted, device = inside(told, "isEncrypted"), text(told, "azureADDeviceId").casefold()
    if keys is None or platform != "windows" or device in _NOT_JOINED:
        return encryption(encrypted)
    return encryption(encrypted, device in keys, instant({"at": keys.get(device)}, "at"))


def _is_managed(told: Mapping[str, Any], form: Form) -> bool:
    """Somebody's own phone that they let Intune manage is managed; their own computer is not thereby the company's."""
    if text(told, "managementAgent").casefold() in {"", "unknown", "eas"}:
        return False
    return form in {Form.PHONE, Form.TABLET} or text(told, "managedDeviceOwnerType").casefold() == "company"
