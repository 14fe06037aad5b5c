"""CEF and LEEF, in which appliances of many makers write: a head between bars, and values by short names.

After *ArcSight Common Event Format* (version 0 and 1) and *Log Event Extended Format* (1.0 and 2.0).
"""

from __future__ import annotations

from typing import Final

from limen.monitor.normal_form.classes import FAILURE, NETWORK, SUCCESS, what
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import Fields, flat
from limen.monitor.normal_form.shapes import Said, Shape
from limen.monitor.normal_form.templates import Found, pairs
from limen.monitor.normal_form.texts import number

CEF, LEEF = "CEF:", "LEEF:"
_MOST_VALUES: Final = 200
_WELL, _BADLY = (
    ("success", "succeeded", "allow", "allowed", "accept", "permit", "pass"),
    (*("failure", "failed", "fail", "deny", "denied", "block", "blocked", "drop", "dropped", "reject"),),
)
_OUTCOME: Final = {**dict.fromkeys(_WELL, SUCCESS), **dict.fromkeys(_BADLY, FAILURE)}
_SEVERITY: Final = {
    **{str(one): 2 if one < 4 else 3 if one < 7 else 4 if one < 9 else 5 for one in range(11)},
    "low": 2,
    "medium": 3,
    "high": 4,
    "very-high": 5,
    "unknown": 0,
}
_CEF: Final = Shape(
    columns={
        "product": "deviceProduct",
        "category": "logsource.category",
        "kind": "signatureId",
        "reason": ("reason", "name"),
        "user": ("suser", "duser", "suid"),
        "target_user": ("duser",),
        "host": ("dvchost", "shost", "dhost"),
        "process": ("sproc", "dproc"),
        "src_ip": ("src", "sourceAddress"),
        "src_port": "spt",
        "dst_ip": ("dst", "destinationAddress"),
        "dst_port": "dpt",
        "app": "app",
        "operation": ("act", "requestMethod"),
        "object": ("request", "filePath", "fname", "cs1"),
        "bytes_out": "out",
        "bytes_in": "in",
        "user_agent": "requestClientApplication",
    },
    said={"severity_id": Said("severity", _SEVERITY), "status_id": Said(("outcome", "act"), _OUTCOME)},
    at=("rt", "end", "start", "deviceReceiptTime"),
)
_LEEF: Final = Shape(
    columns={
        "product": "deviceProduct",
        "kind": "signatureId",
        "reason": ("reason", "cat"),
        "user": ("usrName", "accountName", "identName"),
        "host": ("identHostName", "devName"),
        "src_ip": ("src", "identSrc"),
        "src_port": "srcPort",
        "dst_ip": "dst",
        "dst_port": "dstPort",
        "app": "proto",
        "operation": "action",
        "object": ("resource", "url", "fileName"),
        "bytes_out": "srcBytes",
        "bytes_in": "dstBytes",
    },
    said={"severity_id": Said("sev", _SEVERITY), "status_id": Said(("outcome", "action"), _OUTCOME)},
    at="devTime",
)
_HEAD: Final = ("deviceVendor", "deviceProduct", "deviceVersion", "signatureId", "name", "severity")


def cef(raw: str, body: str, fields: Fields, zone: str = "") -> Draft | None:
    """`CEF:0|maker|product|version|id|name|severity|src=… suser=…`; None for what is none."""
    parts = _head(body[body.find(CEF) + len(CEF) :], 8) if CEF in body[:200] else []
    if len(parts) < 7:
        return None
    said = dict(zip(_HEAD, parts[1:7], strict=True)) | (_extension(parts[7]) if len(parts) > 7 else {})
    for name in [name for name in said if name.endswith("Label")]:
        if name.removesuffix("Label") in said:
            said.setdefault(said[name], said[name.removesuffix("Label")])
    return _finished(_CEF, raw, said, fields, zone)


def leef(raw: str, body: str, fields: Fields, zone: str = "") -> Draft | None:
    """`LEEF:2.0|maker|product|version|id|^|src=…^usrName=…`; None for what is none."""
    parts = _head(body[body.find(LEEF) + len(LEEF) :], 6) if LEEF in body[:200] else []
    if len(parts) < 6:
        return None
    separator, rest = "\t", parts[5]
    if parts[0] == "2.0":
        written, bar, behind = rest.partition("|")
        if bar and len(written) <= 5 and "=" not in written:
            separator, rest = _separator(written), behind
    said = dict(zip(_HEAD, parts[1:5], strict=False)) | pairs(rest, separator, _MOST_VALUES)
    return _finished(_LEEF, raw, said, fields, zone)


def _finished(shape: Shape, raw: str, said: Found, fields: Fields, zone: str) -> Draft:
    fields.update(flat(said))
    draft = shape.draft(raw, fields, zone)
    if draft.columns.get("target_user") == draft.columns.get("user"):
        draft.columns.pop("target_user", None)
    draft.columns["product"] = draft.columns.get("product", "").casefold()
    if "src_ip" in draft.columns and "dst_ip" in draft.columns:
        draft.columns = {**what(NETWORK, 6), **draft.columns}
    return draft


def _head(written: str, most: int) -> list[str]:
    r"""Parts between bars; `\\|` and `\\\\` stand for themselves, and the last part is whatever is left."""
    parts: list[str] = []
    start = at = 0
    while len(parts) < most - 1 and (bar := written.find("|", at)) >= 0:
        between = written[at:bar]
        at = bar + 1
        if (len(between) - len(between.rstrip("\\"))) % 2 == 0:
            parts.append(_plain(written[start:bar]))
            start = at
    return [*parts, written[start:]]


def _extension(written: str) -> Found:
    r"""`name=value name=value`, where values have spaces: a name is the word before each equals sign without `\\`."""
    found: Found = {}
    name, start, at = "", 0, 0
    while (equals := written.find("=", at)) >= 0 and len(found) < _MOST_VALUES:
        at = equals + 1
        if written[equals - 1 : equals] == "\\":
            continue
        before = written[start:equals]
        value, _, following = before.rpartition(" ")
        if name:
            found[name] = _plain(value.strip())
        name, start = following.strip(), at
    if name:
        found[name] = _plain(written[start:].strip())
    return found


def _plain(written: str) -> str:
    if "\\" not in written:
        return written
    return (
        written.replace("\\n", "\n").replace("\\r", "\n").replace("\\=", "=").replace("\\|", "|").replace("\\\\", "\\")
    )


def _separator(written: str) -> str:
    code = written.lower().removeprefix("0").removeprefix("x")
    return chr(number("0x" + code)) if written[:1] in "0x" and 0 < number("0x" + code) < 128 else written or "\t"
