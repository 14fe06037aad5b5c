"""OpenDocument files: user-defined properties, with a `meta.xml` or without, signed or encrypted."""

from __future__ import annotations

import io
import zipfile

import pytest
from odfdo import Document
from tests.data.labels.made import MARKS, MICROSOFT_ID, TEXT, open_text

from limen.data.labels import carriers
from limen.data.labels.model import DocumentLabel, NoLabelError, WhyNoLabel
from limen.data.labels.odf import MANIFEST, META
from limen.data.labels.zip_members import ZipMembers
from limen.facts import Label

_SAID = DocumentLabel(Label.CONFIDENTIAL, 1_796_092_200_000, "p_1")


def _without_meta(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(buffer, "w") as after:
        for name in before.namelist():
            if name != META:
                after.writestr(name, before.read(name).replace(b'"meta.xml"', b'"gone.xml"'))
    return buffer.getvalue()


@pytest.mark.parametrize("data", [open_text(), _without_meta(open_text())], ids=["meta", "no-meta"])
def test_others_read_the_label_and_the_text(data: bytes) -> None:
    labelled = carriers.write(data, _SAID, MARKS)
    opened = Document(io.BytesIO(labelled))
    assert opened.meta.user_defined_metadata["limen-label"] == "confidential"
    assert TEXT in opened.get_formatted_text()
    assert MARKS.claim(carriers.read(labelled), {}).proven == _SAID
    assert b'full-path="meta.xml"' in (ZipMembers.of(labelled).read(MANIFEST) or b"")
    assert next(iter(ZipMembers.of(labelled).members)) == "mimetype"


def test_labels_of_microsoft_are_read() -> None:
    opened = Document(io.BytesIO(open_text()))
    opened.meta.set_user_defined_metadata(f"MSIP_Label_{MICROSOFT_ID}_Enabled", "true")
    buffer = io.BytesIO()
    opened.save(buffer)
    assert carriers.read(buffer.getvalue()).microsoft == {MICROSOFT_ID}


def test_what_is_signed_or_encrypted_says_so() -> None:
    members = ZipMembers.of(open_text())
    signed = members.with_members({"META-INF/documentsignatures.xml": b"<document-signatures/>"})
    with pytest.raises(NoLabelError) as refused:
        carriers.write(signed, _SAID, MARKS)
    assert refused.value.why is WhyNoLabel.SIGNED
    manifest = (members.read(MANIFEST) or b"").replace(b"</manifest:manifest>", b"<manifest:encryption-data/>\\g")
    manifest = manifest.replace(b"\\g", b"</manifest:manifest>")
    with pytest.raises(NoLabelError) as refused:
        carriers.read(members.with_members({MANIFEST: manifest}))
    assert refused.value.why is WhyNoLabel.ENCRYPTED
