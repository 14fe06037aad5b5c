"""Labels in OpenDocument files (ODF 1.3 part 3, 4.3.3): `meta:user-defined` in `meta.xml`."""

from __future__ import annotations

from typing import Final

from lxml import etree

from limen.data.labels import properties
from limen.data.labels.bounded_xml import parsed, written
from limen.data.labels.model import MARK_NAME, NAME, OURS, Carried, NoLabelError, Properties, WhyNoLabel
from limen.data.labels.zip_members import ZipMembers

META: Final = "meta.xml"
MANIFEST: Final = "META-INF/manifest.xml"
_KIND: Final = b"application/vnd.oasis.opendocument."
_SIGNATURES: Final = "META-INF/documentsignatures.xml"
_OFFICE: Final = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_META: Final = "urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
_FILES: Final = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_USER_DEFINED: Final = f"{{{_META}}}user-defined"
_NAME: Final = f"{{{_META}}}name"
_EMPTY: Final = (
    f'<office:document-meta xmlns:office="{_OFFICE}" xmlns:meta="{_META}" office:version="1.3">'
    "<office:meta/></office:document-meta>"
).encode()


def is_one(members: ZipMembers) -> bool:
    return "mimetype" in members.members and (members.read("mimetype") or b"").startswith(_KIND)


def read(members: ZipMembers) -> Carried:
    root = _meta(members)
    found = list(_values(root))
    return properties.carried(found, lambda: members.digest({META: _rest(members, found)}))


def write(members: ZipMembers, word: str, mark: str) -> bytes:
    if _SIGNATURES in members.members:
        raise NoLabelError(WhyNoLabel.SIGNED, "the document is signed, and a label in it would break the signature")
    root = _meta(members)
    _take_ours_out(root)
    for name, value in ((NAME, word), (MARK_NAME, mark)):
        if value:
            one = etree.SubElement(_of(root), _USER_DEFINED, {_NAME: name, f"{{{_META}}}value-type": "string"})
            one.text = value
    changed = {META: written(root)}
    if META not in members.members:
        changed[MANIFEST] = _with_entry(members)
    return members.with_members(changed)


def _meta(members: ZipMembers) -> etree._Element:
    manifest = parsed(members.read(MANIFEST) or b"", MANIFEST)
    if next(manifest.iter(f"{{{_FILES}}}encryption-data"), None) is not None:
        raise NoLabelError(WhyNoLabel.ENCRYPTED, "the document is encrypted")
    text = members.read(META)
    root = parsed(_EMPTY if text is None else text, META)
    _of(root)
    return root


def _of(root: etree._Element) -> etree._Element:
    """The element that holds the properties. Raises NoLabelError where there is not exactly one."""
    found = root.findall(f"{{{_OFFICE}}}meta")
    if len(found) != 1:
        raise NoLabelError(WhyNoLabel.BROKEN, f"{META} in the document can't be read")
    return found[0]


def _values(root: etree._Element) -> Properties:
    for one in root.iter(_USER_DEFINED):
        yield one.get(_NAME, ""), "".join(map(str, one.itertext()))


def _rest(members: ZipMembers, found: list[tuple[str, str]]) -> bytes:
    """`meta.xml` but for the mark, for the digest."""
    return properties.without_marks(members.read(META) or b"", found)


def _take_ours_out(root: etree._Element) -> None:
    for one in [one for one in root.iter(_USER_DEFINED) if one.get(_NAME, "").lower() in OURS]:
        above = one.getparent()
        if above is None or (one.tail and one.tail.strip()):
            raise NoLabelError(WhyNoLabel.BROKEN, f"{META} in the document holds text between properties")
        above.remove(one)


def _with_entry(members: ZipMembers) -> bytes:
    root = parsed(members.read(MANIFEST) or b"", MANIFEST)
    entry = {f"{{{_FILES}}}full-path": META, f"{{{_FILES}}}media-type": "text/xml"}
    etree.SubElement(root, f"{{{_FILES}}}file-entry", entry)
    return written(root)
