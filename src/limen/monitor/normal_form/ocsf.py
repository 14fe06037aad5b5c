"""Events in the form of the Open Cybersecurity Schema Framework 1.4 (https://schema.ocsf.io/1.4.0), to give away.

What a class requires and an event does not have is said to be unknown: an object is valid, and claims nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from limen.events.ocsf import OCSF_VERSION
from limen.monitor.normal_form import classes
from limen.monitor.normal_form.event import NormalEvent

Object = dict[str, Any]
_UNKNOWN: Final = "unknown"
_OTHER: Final = 99
_WITH_MFA: Final = 2
_EXTENSION: Final = 100_000
"""Classes of an extension have its number in front, and are of a category of the schema itself."""


def to_ocsf(event: NormalEvent) -> Object:
    """`event` as an OCSF object of plain values; what its source said beside it is `unmapped`."""
    class_uid = event.class_uid if event.class_uid in _REQUIRED else 0
    activity_id = event.activity_id if class_uid else _OTHER
    written: Object = {
        "class_uid": class_uid,
        "category_uid": class_uid % _EXTENSION // 1000,
        "activity_id": activity_id,
        "type_uid": class_uid * 100 + activity_id,
        "severity_id": event.severity_id,
        "time": event.at,
        "metadata": _known(
            uid=event.uid,
            version=OCSF_VERSION,
            product={"name": event.product or _UNKNOWN},
            logged_time=event.received_at,
            log_name=event.source,
            log_version=event.mapper,
            event_code=event.kind,
        ),
        **_known(status_id=event.status_id, status_detail=event.reason, raw_data=event.raw, unmapped=event.fields),
        **_around(event),
    }
    if event.mfa:
        written["is_mfa"] = event.mfa == _WITH_MFA
    return {**written, **_REQUIRED[class_uid](event)}


def _around(event: NormalEvent) -> Object:
    """Who, with what, from where, to what: what any class may have."""
    return _known(
        actor=_known(user=_known(name=event.user, uid=event.person_id), session=_known(uid=event.session)),
        user=_known(name=event.target_user, uid=event.target_person_id),
        device=_device(event) if event.host or event.device_id else {},
        src_endpoint=_source(event),
        dst_endpoint=_known(ip=event.dst_ip, port=event.dst_port),
        traffic=_known(bytes_out=event.bytes_out, bytes_in=event.bytes_in),
        http_request=_known(user_agent=event.user_agent),
    )


def _source(event: NormalEvent) -> Object:
    location = _known(country=event.src_country)
    return _known(ip=event.src_ip, port=event.src_port, zone=event.src_network, location=location)


def _device(event: NormalEvent) -> Object:
    return {
        "type_id": 0,
        **_known(hostname=event.host or (_UNKNOWN if not event.device_id else ""), uid=event.device_id),
    }


def _user(event: NormalEvent) -> Object:
    """On whom something is done; who does it where nobody else is named."""
    other = _known(name=event.target_user, uid=event.target_person_id)
    return other or _known(name=event.user, uid=event.person_id) or {"name": _UNKNOWN}


def _actor(event: NormalEvent) -> Object:
    return (
        {} if event.user or event.person_id or event.session else {"actor": {"app_name": event.product or event.source}}
    )


def _file(path: str) -> Object:
    return {"name": path.replace("\\", "/").rpartition("/")[2] or _UNKNOWN, "type_id": 0, **_known(path=path)}


def _process(event: NormalEvent) -> Object:
    number = event.fields.get("ProcessGuid") or event.fields.get("ProcessId") or event.fields.get("pid") or event.uid
    return {
        "uid": str(number),
        **_known(name=_file(event.process)["name"] if event.process else "", cmd_line=event.command_line),
        "file": _file(event.process),
    }


def _at_machine(event: NormalEvent, **more: Any) -> Object:
    return {"device": _device(event), **_actor(event), **more}


def _endpoint(event: NormalEvent) -> Object:
    return {"src_endpoint": {"svc_name": event.app or event.source}} if not _source(event) else {}


def _network(event: NormalEvent) -> Object:
    return {} if _source(event) or event.dst_ip else _endpoint(event)


def _http(event: NormalEvent) -> Object:
    url = {"path": event.object or "/"}
    return {
        **_network(event),
        "http_request": {"url": url, **_known(http_method=event.operation, user_agent=event.user_agent)},
    }


def _account(event: NormalEvent) -> Object:
    return {"user": _user(event)}


def _privileges(event: NormalEvent) -> Object:
    named = event.fields.get("PrivilegeList") or event.object or event.command_line or _UNKNOWN
    return {"user": _user(event), "privileges": [str(named)]}


def _named(event: NormalEvent) -> Object:
    return {"name": event.object or _UNKNOWN}


def _windows_service(event: NormalEvent) -> Object:
    start = {"cmd_line": event.process} if event.process else {"service_type_id": 0}
    return _at_machine(event, win_service={**_named(event), **start})


def _script(event: NormalEvent) -> Object:
    text = event.fields.get("ScriptBlockText") or event.command_line or _UNKNOWN
    return _at_machine(event, script={"type_id": 2, "script_content": {"value": str(text)}})


def _api(event: NormalEvent) -> Object:
    return {**_actor(event), **_endpoint(event), "api": {"operation": event.operation or event.kind or _UNKNOWN}}


def _finding(event: NormalEvent) -> Object:
    return {"finding_info": {"uid": event.uid, **_known(title=event.reason)}}


def _registry(event: NormalEvent) -> Object:
    path, _, name = event.object.rpartition("\\")
    return _at_machine(event, reg_key={"path": event.object or _UNKNOWN}, reg_value={"path": path, "name": name})


_REQUIRED: Final[Mapping[int, Callable[[NormalEvent], Object]]] = {
    0: lambda _: {},
    classes.FILE: lambda event: _at_machine(event, file=_file(event.object)),
    classes.MODULE: lambda event: _at_machine(event, module={"load_type_id": 0, "file": _file(event.object)}),
    classes.JOB: lambda event: _at_machine(
        event, job={"name": event.object or event.command_line or _UNKNOWN, "file": _file(event.command_line)}
    ),
    classes.PROCESS: lambda event: _at_machine(event, process=_process(event)),
    classes.EVENT_LOG: lambda event: _at_machine(event, log_name=event.service or _UNKNOWN),
    classes.SCRIPT: _script,
    classes.REGISTRY_KEY: _registry,
    classes.REGISTRY_VALUE: _registry,
    classes.WINDOWS_SERVICE: _windows_service,
    classes.FINDING: _finding,
    classes.DATA_FINDING: _finding,
    classes.ACCOUNT: _account,
    classes.AUTHENTICATION: lambda event: {"user": _user(event), "service": {"name": event.app or event.service}},
    classes.AUTHORIZATION: _privileges,
    classes.ENTITY: lambda event: {"entity": _named(event)},
    classes.USER_ACCESS: _privileges,
    classes.GROUP: lambda event: {"group": _named(event)},
    classes.NETWORK: _network,
    classes.HTTP: _http,
    classes.DNS: lambda event: {**_network(event), "query": {"hostname": event.object or _UNKNOWN}},
    classes.SSH: _network,
    classes.EMAIL: _network,
    classes.LIFECYCLE: lambda event: {"app": {"name": event.app or event.product or _UNKNOWN}},
    classes.API: _api,
    classes.FILE_HOSTING: lambda event: {**_actor(event), **_endpoint(event), "file": _file(event.object)},
}
"""What each class requires that an event of any class need not have."""


def _known(**values: Any) -> Object:
    return {name: value for name, value in values.items() if value not in ("", 0, None, {})}
