"""Events of Sysmon, PowerShell, Defender and the task scheduler, by their number, with Sigma's category of each.

After the documentation of Sysinternals Sysmon and of Microsoft Defender Antivirus.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limen.monitor.normal_form.classes import (
    DNS_QUERY,
    FILE,
    FOUND_MALWARE,
    HIGH,
    JOB_CREATED,
    JOB_DELETED,
    JOB_UPDATED,
    LIFECYCLE,
    MODULE,
    NETWORK,
    POLICY_CHANGED,
    PROCESS_ENDED,
    PROCESS_INJECTED,
    PROCESS_OPENED,
    PROCESS_STARTED,
    PROTECTION_OFF,
    REGISTRY_KEY,
    REGISTRY_VALUE,
    SCRIPT_RUN,
    Columns,
    what,
)
from limen.monitor.normal_form.mappers.windows_security import WINDOWS
from limen.monitor.normal_form.shapes import Shape

_PROCESS: Final = WINDOWS.beside(columns={"user": "User", "process": "Image", "command_line": "CommandLine"})
_FILE: Final = _PROCESS.beside(columns={"object": "TargetFilename"})
_REGISTRY: Final = _PROCESS.beside(columns={"object": "TargetObject"})
_LOADED: Final = _PROCESS.beside(columns={"object": "ImageLoaded"})
_OF_ANOTHER: Final = WINDOWS.beside(
    columns={"user": ("SourceUser", "User"), "process": "SourceImage", "object": "TargetImage"}
)
_PIPE: Final = _PROCESS.beside(columns={"object": "PipeName"})


def _of(shape: Shape, category: str, columns: Columns | None = None) -> Shape:
    return shape.beside(fixed={**(columns or {}), "category": category})


SYSMON: Final[Mapping[int, Shape]] = {
    1: _of(_PROCESS, "process_creation", PROCESS_STARTED),
    2: _of(_FILE, "file_change", what(FILE, 6)),
    3: _of(
        _PROCESS.beside(
            columns={
                "src_ip": "SourceIp",
                "src_port": "SourcePort",
                "dst_ip": "DestinationIp",
                "dst_port": "DestinationPort",
                "object": "DestinationHostname",
            }
        ),
        "network_connection",
        what(NETWORK, 1),
    ),
    4: _of(WINDOWS, "sysmon_status", what(LIFECYCLE, 99)),
    5: _of(_PROCESS, "process_termination", PROCESS_ENDED),
    6: _of(_LOADED, "driver_load", what(MODULE, 1)),
    7: _of(_LOADED, "image_load", what(MODULE, 1)),
    8: _of(_OF_ANOTHER, "create_remote_thread", PROCESS_INJECTED),
    9: _of(_PROCESS.beside(columns={"object": "Device"}), "raw_access_thread", what(FILE, 2)),
    10: _of(_OF_ANOTHER, "process_access", PROCESS_OPENED),
    11: _of(_FILE, "file_event", what(FILE, 1)),
    13: _of(_REGISTRY, "registry_set", what(REGISTRY_VALUE, 2)),
    14: _of(_REGISTRY, "registry_rename", what(REGISTRY_KEY, 5)),
    15: _of(_FILE, "create_stream_hash", what(FILE, 1)),
    16: _of(WINDOWS, "sysmon_status", what(LIFECYCLE, 8)),
    17: _of(_PIPE, "pipe_created", what(FILE, 1)),
    18: _of(_PIPE, "pipe_created", what(FILE, 14)),
    **dict.fromkeys((19, 20, 21), _of(_PROCESS.beside(columns={"object": ("Name", "Consumer")}), "wmi_event")),
    22: _of(_PROCESS.beside(columns={"object": "QueryName"}), "dns_query", DNS_QUERY),
    23: _of(_FILE, "file_delete", what(FILE, 4)),
    25: _of(_PROCESS, "process_tampering", PROCESS_INJECTED),
    26: _of(_FILE, "file_delete", what(FILE, 4)),
    255: _of(WINDOWS, "sysmon_error"),
}
REGISTRY_ADDED: Final = _of(_REGISTRY, "registry_add", what(REGISTRY_KEY, 1))
REGISTRY_DELETED: Final = _of(_REGISTRY, "registry_delete", what(REGISTRY_KEY, 4))
"""Sysmon's 12 is either, as its `EventType` says."""

POWERSHELL: Final[Mapping[int, Shape]] = {
    4103: _of(WINDOWS.beside(columns={"command_line": "Payload"}), "ps_module", SCRIPT_RUN),
    4104: _of(WINDOWS.beside(columns={"object": "Path"}), "ps_script", SCRIPT_RUN),
}
POWERSHELL_CLASSIC: Final[Mapping[int, Shape]] = {
    400: _of(WINDOWS, "ps_classic_start", SCRIPT_RUN),
    600: _of(WINDOWS, "ps_classic_provider_start", SCRIPT_RUN),
}

_THREAT: Final = WINDOWS.beside(
    columns={
        "user": ("Detection User", "Detection_User"),
        "process": ("Process Name", "Process_Name"),
        "object": ("Path", "New Value", "New_Value"),
        "reason": ("Threat Name", "Threat_Name"),
        "operation": ("Action Name", "Action_Name"),
    },
    names={"Threat Name": "Threat_Name", "Signature": "Threat Name", "Filename": "Path"},
)
DEFENDER: Final[Mapping[int, Shape]] = {
    **dict.fromkeys((1006, 1007, 1015, 1116, 1117), _THREAT.beside(fixed=FOUND_MALWARE)),
    **dict.fromkeys((1118, 1119), _THREAT.beside(fixed={**FOUND_MALWARE, "status_id": 2})),
    **dict.fromkeys((5001, 5010, 5012), _THREAT.beside(fixed=PROTECTION_OFF)),
    5007: _THREAT.beside(fixed=POLICY_CHANGED),
    5013: _THREAT.beside(fixed={**POLICY_CHANGED, "status_id": 2, "severity_id": HIGH}),
}

_TASK: Final = WINDOWS.beside(columns={"user": ("UserContext", "UserName"), "object": "TaskName"})
TASKS: Final[Mapping[int, Shape]] = {
    106: _TASK.beside(fixed=JOB_CREATED),
    140: _TASK.beside(fixed=JOB_UPDATED),
    141: _TASK.beside(fixed=JOB_DELETED),
}
