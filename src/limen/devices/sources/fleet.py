"""What Fleet says of a host (its REST API, *List hosts*)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from limen.devices.hardware import hardware_id_of, serial_of
from limen.devices.sources.record import Form, Record
from limen.devices.sources.vendor_words import checks, encryption, inside, instant, text

_SYSTEMS: Final = {
    "darwin": ("macos", Form.COMPUTER),
    "windows": ("windows", Form.COMPUTER),
    "ios": ("ios", Form.PHONE),
    "ipados": ("ios", Form.TABLET),
    "android": ("android", Form.PHONE),
    "chrome": ("", Form.COMPUTER),
}
_SAID_BY_ADMINISTRATORS: Final = frozenset({"mdm_idp_accounts", "idp", "custom"})
"""Who a host belongs to is also told by the host itself (its Chrome profiles): that counts for nothing."""


def record_of(told: Mapping[str, Any]) -> Record | None:
    """None for what has no id."""
    number, seen_at = told.get("id"), instant(told, "seen_time")
    if type(number) is not int:
        return None
    platform, form = _SYSTEMS.get(text(told, "platform").casefold(), ("linux", Form.COMPUTER))
    failing = inside(told, "issues", "failing_policies_count")
    return Record(
        id=str(number)[:100],
        seen_at=seen_at,
        name=text(told, "display_name")[:80] or text(told, "hostname")[:80],
        owner=_owner(told),
        platform=platform,
        form=form,
        serial=serial_of(text(told, "hardware_serial")),
        hardware_id=hardware_id_of(text(told, "uuid")),
        is_managed=_is_managed(text(told, "mdm", "enrollment_status").casefold(), form),
        checks=checks(
            seen_at,
            management={"compliant": failing == 0} if type(failing) is int else None,
            disk_encryption=encryption(
                inside(told, "disk_encryption_enabled"), inside(told, "mdm", "encryption_key_available")
            ),
        ),
    )


def _is_managed(status: str, form: Form) -> bool:
    """Somebody's own computer that they let Fleet manage is not thereby the company's."""
    return status.startswith("on") and ("personal" not in status or form in {Form.PHONE, Form.TABLET})


def _owner(told: Mapping[str, Any]) -> str:
    mapped = told.get("device_mapping")
    for one in mapped if isinstance(mapped, list) else ():
        if isinstance(one, dict) and one.get("source") in _SAID_BY_ADMINISTRATORS:
            return text(one, "email").casefold()
    return ""
