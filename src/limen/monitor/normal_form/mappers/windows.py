"""Windows' events, as JSON of Winlogbeat, NXLog and others, and of `.evtx` files; with the names of Sigma's rules.

All of them carry the same `System` and `EventData`, each in another place: here they become one flat record, in which
`EventID`, `Channel`, `Provider_Name` and `Computer` stand beside the event's own values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import Fields, flat, flat_texts
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.mappers.windows_security import SECURITY, SYSTEM, WINDOWS
from limen.monitor.normal_form.mappers.windows_sysmon import (
    DEFENDER,
    POWERSHELL,
    POWERSHELL_CLASSIC,
    REGISTRY_ADDED,
    REGISTRY_DELETED,
    SYSMON,
    TASKS,
)
from limen.monitor.normal_form.records import Record
from limen.monitor.normal_form.shapes import Shape
from limen.monitor.normal_form.texts import line, number

SERVICES: Final[Mapping[str, str]] = {
    "security": "security",
    "system": "system",
    "application": "application",
    "microsoft-windows-sysmon/operational": "sysmon",
    "microsoft-windows-powershell/operational": "powershell",
    "powershellcore/operational": "powershell",
    "windows powershell": "powershell-classic",
    "microsoft-windows-windows defender/operational": "windefend",
    "microsoft-windows-taskscheduler/operational": "taskscheduler",
    "microsoft-windows-wmi-activity/operational": "wmi",
    "microsoft-windows-ntlm/operational": "ntlm",
    "microsoft-windows-bits-client/operational": "bits-client",
    "microsoft-windows-codeintegrity/operational": "codeintegrity-operational",
    "microsoft-windows-applocker/exe and dll": "applocker",
    "microsoft-windows-applocker/msi and script": "applocker",
    "microsoft-windows-windows firewall with advanced security/firewall": "firewall-as",
    "microsoft-windows-terminalservices-localsessionmanager/operational": "terminalservices-localsessionmanager",
    "microsoft-windows-dns-client/operational": "dns-client",
    "microsoft-windows-smbclient/security": "smbclient-security",
    "dns server": "dns-server",
    "openssh/operational": "openssh",
    "msexchange management": "msexchange-management",
}
"""What Sigma calls a channel, by its name in small letters."""
_SHAPES: Final[Mapping[str, Mapping[int, Shape]]] = {
    "security": SECURITY,
    "system": SYSTEM,
    "sysmon": SYSMON,
    "powershell": POWERSHELL,
    "powershell-classic": POWERSHELL_CLASSIC,
    "windefend": DEFENDER,
    "taskscheduler": TASKS,
}
_REGISTRY_KEYS: Final = 12
_OWN: Final = ("event_data", "user_data")
"""Where Winlogbeat has what is an event's own."""
_NAMES: Final = {
    "winlog.event_id": "EventID",
    "winlog.channel": "Channel",
    "winlog.provider_name": "Provider_Name",
    "winlog.computer_name": "Computer",
    "winlog.record_id": "EventRecordID",
    "SourceName": "Provider_Name",
    "ProviderName": "Provider_Name",
    "Hostname": "Computer",
    "ComputerName": "Computer",
    "RecordNumber": "EventRecordID",
    "LogName": "Channel",
    "Id": "EventID",
}
"""Where else the head's values stand."""
_OF_WINLOG: Final = tuple((other, name) for other, name in _NAMES.items() if other.startswith("winlog."))
_OF_OTHERS: Final = tuple(one for one in _NAMES.items() if one not in _OF_WINLOG)
_HEAD: Final = frozenset((*_NAMES.values(), "SystemTime"))


def read(raw: str, record: Record, frame: Frame) -> Iterator[Draft]:
    """One event, in whichever form it came."""
    fields = _fields(record)
    for other, name in _OF_WINLOG if "winlog.event_id" in fields else _OF_OTHERS:
        if name not in fields and other in fields:
            fields[name] = fields[other]
    event = number(fields.get("EventID"))
    if event:
        fields["EventID"] = event
    service = _service(line(fields.get("Channel")))
    draft = _shape(service, event, fields).draft(raw, fields, frame.zone)
    if service:
        draft.columns["service"] = service
    draft.id = _id(fields)
    yield draft


@lru_cache(maxsize=1_024)
def _service(channel: str) -> str:
    return SERVICES.get(channel.casefold(), "")


def _shape(service: str, event: int, fields: Fields) -> Shape:
    if service == "sysmon" and event == _REGISTRY_KEYS:
        return REGISTRY_DELETED if line(fields.get("EventType")).startswith("Delete") else REGISTRY_ADDED
    return _SHAPES.get(service, {}).get(event, WINDOWS)


def _fields(record: Record) -> Fields:
    if isinstance(event := record.get("Event"), dict):
        return _of_evtx(event)
    winlog = record.get("winlog")
    if not isinstance(winlog, dict):
        return flat(record)
    around = {**winlog}
    own = [around.pop(name, None) for name in _OWN]
    fields = flat({**record, "winlog": around})
    for part in own:
        if isinstance(part, dict):
            fields |= _apart(flat_texts(part))
    return fields


def _of_evtx(event: Mapping[str, Any]) -> Fields:
    """As the library `evtx` writes XML in JSON: `#attributes` are those of an element, `#text` is its text."""
    system = _bare(event.get("System"))
    said = {**_bare(event.get("EventData"))}
    for value in _bare(event.get("UserData")).values():
        said |= _bare(value)
    provider, created = _bare(system.get("Provider")), _bare(system.get("TimeCreated"))
    return _apart(flat({name: _text(value) for name, value in said.items()})) | flat(
        {
            "EventID": _text(system.get("EventID")),
            "Provider_Name": provider.get("Name"),
            "SystemTime": created.get("SystemTime"),
            **{name: _text(system.get(name)) for name in ("Channel", "Computer", "EventRecordID", "Level", "Keywords")},
        }
    )


def _apart(own: Fields) -> Fields:
    """An event's own values, which are not taken for its head: `104` says which `Channel` was cleared."""
    if _HEAD.isdisjoint(own):
        return own
    return {f"Data.{name}" if name in _HEAD else name: value for name, value in own.items()}


def _bare(value: object) -> dict[str, Any]:
    """An element's children and attributes alike."""
    if not isinstance(value, dict):
        return {}
    attributes = value.get("#attributes")
    children = {name: one for name, one in value.items() if name != "#attributes"}
    return {**(attributes if isinstance(attributes, dict) else {}), **children}


def _text(value: object) -> object:
    return value.get("#text") if isinstance(value, dict) and "#text" in value else value


def _id(fields: Fields) -> str:
    """A record's number is used again once a log was cleared: with its time it is unique on its machine."""
    record = fields.get("EventRecordID")
    at = next((fields[name] for name in WINDOWS.at if name in fields), "")
    if record in (None, "") or not at:
        return ""
    return f"{fields.get('Computer', '')}\0{fields.get('Channel', '')}\0{record}\0{at}"
