"""Files in archives."""

from __future__ import annotations

import gzip
import io
import tarfile

from tests.data.extraction import made

from limen.data.extraction.packed import one_file, read_gzip, read_tar, read_zip
from limen.data.extraction.pieces import Inner


def test_each_file_is_a_document_and_names_are_text() -> None:
    files = {"a.txt": b"1", "b/c.txt": b"2"}
    _, inner, _ = made.read_by(read_zip, made.zipped(files, remark=made.UNSEEN))
    assert inner == files
    assert made.read_by(read_zip, made.zipped(files, remark=made.UNSEEN))[0]["remark"] == made.UNSEEN + "\n"
    assert made.read_by(read_tar, made.tarred(files))[1] == files


def test_what_was_packed_has_its_name() -> None:
    file = io.BytesIO()
    with gzip.GzipFile("plan.txt", "wb", fileobj=file) as packed:
        packed.write(b"1")
    assert made.read_by(read_gzip, file.getvalue())[1] == {"plan.txt": b"1"}
    assert made.read_by(read_gzip, gzip.compress(b"1"))[1] == {"": b"1"}


def test_remarks_in_the_heads_of_gzip_are_read() -> None:
    head = b"\x1f\x8b\x08\x10" + bytes(6)
    body = gzip.compress(b"nothing")[10:]
    for data in (
        head + made.SEEN.encode() + b"\0" + body,
        gzip.compress(b"x") + head + made.SEEN.encode() + b"\0" + body,
    ):
        assert made.finds(made.inspected(data)) == {("card", "names of files")}


def test_links_are_text_and_lead_nowhere() -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    texts, inner, _ = made.read_by(read_tar, file.getvalue())
    assert (inner, texts) == ({}, {"names of files": "/etc/passwd\nlink\n"})


def test_a_part_is_no_document_of_its_own() -> None:
    assert list(one_file("a", [b"1", b"2"], is_part=True)) == [Inner("a", b"12", is_part=True)]
