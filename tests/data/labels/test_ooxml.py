"""Office documents: custom properties that others read, Microsoft's labels, and signatures left alone."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from tests.data.labels.made import MARKS, MICROSOFT_ID, PROJECT, sheet, slides, word

from limen.data.labels import carriers
from limen.data.labels.model import DocumentLabel, NoLabelError, WhyNoLabel
from limen.data.labels.ooxml import CUSTOM, LABEL_INFO, RELATIONS, TYPES
from limen.data.labels.zip_members import ZipMembers
from limen.facts import Label

_SAID = DocumentLabel(Label.CONFIDENTIAL, 1_796_092_200_000, "p_1")
_LABEL_INFO = (
    '<clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata">'
    '<clbl:label id="{{{id}}}" enabled="{enabled}" method="Privileged" siteId="{{{id}}}" removed="{removed}"/>'
    "</clbl:labelList>"
)


def _with(data: bytes, name: str, text: bytes) -> bytes:
    return ZipMembers.of(data).with_members({name: text})


@pytest.mark.parametrize("made", [word, sheet, slides])
def test_only_what_says_the_label_changes(made: object) -> None:
    before = made() if callable(made) else b""
    after = carriers.write(before, _SAID, MARKS)
    one, other = ZipMembers.of(before), ZipMembers.of(after)
    changed = {
        name
        for name, member in other.members.items()
        if name not in one.members
        or after[member.start : member.end] != before[one.members[name].start : one.members[name].end]
    }
    assert changed == ({CUSTOM} if CUSTOM in one.members else {CUSTOM, TYPES, RELATIONS})
    assert carriers.write(after, _SAID, MARKS) == after


def test_other_properties_stay_and_others_read_the_label() -> None:
    labelled = openpyxl.load_workbook(io.BytesIO(carriers.write(sheet(), _SAID, MARKS)))
    found = {one.name: one.value for one in labelled.custom_doc_props.props}
    assert found["limen-label"] == "confidential"
    assert found[PROJECT[0]] == PROJECT[1]


def test_labels_of_microsoft_are_read_as_properties_and_as_label_info() -> None:
    old = sheet("x", (f"MSIP_Label_{MICROSOFT_ID}_Enabled", "true"))
    assert carriers.read(old).microsoft == {MICROSOFT_ID}
    new = _with(word(), LABEL_INFO, _LABEL_INFO.format(id=MICROSOFT_ID, enabled=1, removed=0).encode())
    assert carriers.read(new).microsoft == {MICROSOFT_ID}
    removed = _with(word(), LABEL_INFO, _LABEL_INFO.format(id=MICROSOFT_ID, enabled=1, removed=1).encode())
    assert carriers.read(removed).microsoft == frozenset()


def test_a_signature_is_not_broken() -> None:
    with pytest.raises(NoLabelError) as refused:
        carriers.write(_with(word(), "_xmlsignatures/sig1.xml", b"<Signature/>"), _SAID, MARKS)
    assert refused.value.why is WhyNoLabel.SIGNED


def test_a_document_with_a_password_says_so() -> None:
    with pytest.raises(NoLabelError) as refused:
        carriers.read(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512) + "EncryptedPackage".encode("utf-16-le"))
    assert refused.value.why is WhyNoLabel.ENCRYPTED


def test_a_document_without_the_types_of_its_parts_is_no_office_document() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    with pytest.raises(NoLabelError) as refused:
        carriers.read(buffer.getvalue())
    assert refused.value.why is WhyNoLabel.NO_ROOM
