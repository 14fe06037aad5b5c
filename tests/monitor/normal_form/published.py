"""What OCSF 1.4 requires of the classes that Limen uses: names and numbers from https://schema.ocsf.io/1.4.0.

`activities` are those that a class knows besides 0 and 99. Of `one_of` at least one is there.
"""

from __future__ import annotations

from typing import Any, NamedTuple

BASE = ("activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid")


class Published(NamedTuple):
    category: int
    activities: int
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()


ENDS = ("dst_endpoint", "src_endpoint")
CLASSES = {
    0: Published(0, 0),
    1001: Published(1, 14, ("actor", "device", "file")),
    1005: Published(1, 2, ("actor", "device", "module")),
    1006: Published(1, 6, ("actor", "device", "job")),
    1007: Published(1, 5, ("actor", "device", "process")),
    1008: Published(1, 10, ("actor", "device"), ("log_file", "log_name", "log_provider", "log_type", "log_type_id")),
    1009: Published(1, 1, ("actor", "device", "script")),
    201001: Published(1, 9, ("actor", "device", "reg_key")),
    201002: Published(1, 4, ("actor", "device", "reg_value")),
    201004: Published(1, 7, ("actor", "device", "win_service")),
    2004: Published(2, 3, ("finding_info",)),
    2006: Published(2, 4, ("finding_info",)),
    3001: Published(3, 12, ("user",)),
    3002: Published(3, 6, ("user",), ("service", "dst_endpoint")),
    3003: Published(3, 2, ("user",), ("privileges", "group")),
    3004: Published(3, 13, ("entity",)),
    3005: Published(3, 2, ("privileges", "user")),
    3006: Published(3, 6, ("group",)),
    4001: Published(4, 7, (), ENDS),
    4002: Published(4, 8, (), ("http_request", "http_response")),
    4003: Published(4, 6, (), ENDS),
    4007: Published(4, 7, (), ENDS),
    4009: Published(4, 4, (), ENDS),
    6002: Published(6, 8, ("app",)),
    6003: Published(6, 4, ("actor", "api", "src_endpoint")),
    6006: Published(6, 17, ("actor", "file", "src_endpoint")),
}
OBJECTS = {
    "metadata": (("product", "version"), ()),
    "product": ((), ("name", "uid")),
    "user": ((), ("account", "name", "uid")),
    "actor": ((), ("process", "user", "invoked_by", "session", "app_name", "app_uid")),
    "device": (("type_id",), ("ip", "uid", "name", "hostname", "instance_uid")),
    "src_endpoint": ((), ("ip", "uid", "name", "hostname", "svc_name", "domain", "port", "zone", "location")),
    "dst_endpoint": ((), ("ip", "uid", "name", "hostname", "svc_name", "domain", "port")),
    "location": ((), ("city", "country", "postal_code", "region")),
    "process": ((), ("pid", "uid")),
    "file": (("name", "type_id"), ()),
    "module": (("load_type_id",), ()),
    "job": (("file", "name"), ()),
    "script": (("script_content", "type_id"), ()),
    "api": (("operation",), ()),
    "finding_info": (("uid",), ()),
    "entity": ((), ("name", "uid", "device", "group", "org", "policy", "user")),
    "group": ((), ("name", "uid")),
    "service": ((), ("name", "uid")),
    "app": ((), ("name", "uid")),
    "url": ((), ("url_string", "path")),
    "query": (("hostname",), ()),
    "reg_key": (("path",), ()),
    "reg_value": (("name", "path"), ()),
    "win_service": (("name",), ("cmd_line", "service_start_name", "service_type_id")),
}
"""What each object requires, and of what it needs one."""


def wrong_with(written: dict[str, Any]) -> list[str]:
    """Everything that is missing in an object, or stands where it must not."""
    known = CLASSES.get(written["class_uid"])
    if known is None:
        return [f"no class {written['class_uid']}"]
    wrong = [f"no {name}" for name in (*BASE, *known.required) if name not in written]
    if known.one_of and not any(name in written for name in known.one_of):
        wrong.append(f"none of {', '.join(known.one_of)}")
    if written["category_uid"] != known.category:
        wrong.append("another category")
    if written["activity_id"] not in (*range(known.activities + 1), 99):
        wrong.append(f"no activity {written['activity_id']}")
    if written["type_uid"] != written["class_uid"] * 100 + written["activity_id"]:
        wrong.append("another type")
    return wrong + _wrong_inside(written)


def _wrong_inside(written: dict[str, Any]) -> list[str]:
    wrong: list[str] = []
    for name, value in written.items():
        if name == "unmapped" or not isinstance(value, dict):
            continue
        required, one_of = OBJECTS.get(name, ((), ()))
        wrong += [f"{name} has no {one}" for one in required if one not in value]
        if one_of and not any(one in value for one in one_of):
            wrong.append(f"{name} has none of {', '.join(one_of)}")
        wrong += _wrong_inside(value)
    return wrong
