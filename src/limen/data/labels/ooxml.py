"""Labels in Office documents (ECMA-376): custom properties in `docProps/custom.xml`, Microsoft's in `LabelInfo.xml`.

Custom properties: ECMA-376 part 1, 22.3.2. Microsoft's sensitivity labels: [MS-OFFCRYPTO] 2.6 (`labelInfo`), and the
custom properties `MSIP_Label_<id>_Enabled` that were there before it.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from limen.data.labels import properties
from limen.data.labels.bounded_xml import parsed, written
from limen.data.labels.model import MARK_NAME, NAME, OURS, Carried, NoLabelError, Properties, WhyNoLabel
from limen.data.labels.zip_members import ZipMembers

CUSTOM: Final = "docProps/custom.xml"
LABEL_INFO: Final = "docMetadata/LabelInfo.xml"
TYPES: Final = "[Content_Types].xml"
RELATIONS: Final = "_rels/.rels"
_SIGNATURES: Final = "_xmlsignatures/"
_PROPERTY_SET: Final = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_FIRST_PID: Final = 2
_CUSTOM_NS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES_NS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_TYPES_NS: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS_NS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_CUSTOM_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_CUSTOM_TYPE: Final = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_EMPTY: Final = f'<Properties xmlns="{_CUSTOM_NS}" xmlns:vt="{_VALUES_NS}"/>'.encode()


def is_one(members: ZipMembers) -> bool:
    return TYPES in members.members and RELATIONS in members.members


def read(members: ZipMembers) -> Carried:
    custom = _custom(members)
    found = list(_values(custom))
    labels = members.read(LABEL_INFO)
    microsoft = frozenset() if labels is None else _label_ids(parsed(labels, LABEL_INFO))
    return properties.carried(found, lambda: members.digest({CUSTOM: _rest(members, found)}), microsoft)


def write(members: ZipMembers, word: str, mark: str) -> bytes:
    if any(name.startswith(_SIGNATURES) for name in members.members):
        raise NoLabelError(WhyNoLabel.SIGNED, "the document is signed, and a label in it would break the signature")
    custom = _custom(members)
    _take_ours_out(custom)
    pids = [int(text) for one in custom if (text := one.get("pid", "")).isdecimal() and len(text) < 10]
    pid = max([_FIRST_PID - 1, *pids])
    for name, value in ((NAME, word), (MARK_NAME, mark)):
        if value:
            pid += 1
            one = etree.SubElement(
                custom, f"{{{_CUSTOM_NS}}}property", {"fmtid": _PROPERTY_SET, "pid": str(pid), "name": name}
            )
            etree.SubElement(one, f"{{{_VALUES_NS}}}lpwstr", nsmap={"vt": _VALUES_NS}).text = value
    changed = {CUSTOM: written(custom)}
    if CUSTOM not in members.members:
        changed |= {TYPES: _with_type(members), RELATIONS: _with_relation(members)}
    return members.with_members(changed)


def _custom(members: ZipMembers) -> etree._Element:
    text = members.read(CUSTOM)
    root = parsed(_EMPTY if text is None else text, CUSTOM)
    if root.tag != f"{{{_CUSTOM_NS}}}Properties":
        raise NoLabelError(WhyNoLabel.BROKEN, f"{CUSTOM} in the document holds something else")
    return root


def _values(custom: etree._Element) -> Properties:
    for one in custom:
        if isinstance(one.tag, str):
            yield one.get("name", ""), "".join(map(str, one.itertext()))


def _rest(members: ZipMembers, found: list[tuple[str, str]]) -> bytes:
    """The custom properties but for the mark, for the digest."""
    return properties.without_marks(members.read(CUSTOM) or b"", found)


def _take_ours_out(custom: etree._Element) -> None:
    for one in [one for one in custom.findall("{*}*") if one.get("name", "").lower() in OURS]:
        if one.tail and one.tail.strip():
            raise NoLabelError(WhyNoLabel.BROKEN, f"{CUSTOM} in the document holds text between properties")
        custom.remove(one)


def _label_ids(root: etree._Element) -> frozenset[str]:
    """The labels that are in force: not those that were removed or are not enabled."""
    return frozenset(
        [
            one.get("id", "").strip("{}").lower()
            for one in root.iter("{*}label")
            if one.get("enabled", "1") in {"1", "true"} and one.get("removed", "0") not in {"1", "true"}
        ]
    )


def _with_type(members: ZipMembers) -> bytes:
    root = parsed(members.read(TYPES) or b"", TYPES)
    etree.SubElement(root, f"{{{_TYPES_NS}}}Override", {"PartName": f"/{CUSTOM}", "ContentType": _CUSTOM_TYPE})
    return written(root)


def _with_relation(members: ZipMembers) -> bytes:
    root = parsed(members.read(RELATIONS) or b"", RELATIONS)
    taken = {one.get("Id") for one in root}
    one_id = next(f"rId{number}" for number in range(1, len(taken) + 2) if f"rId{number}" not in taken)
    etree.SubElement(
        root, f"{{{_RELATIONS_NS}}}Relationship", {"Id": one_id, "Type": _CUSTOM_RELATION, "Target": CUSTOM}
    )
    return written(root)
