"""Parts of pictures by how their formats are built."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from tests.data.extraction import made

from limen.data.extraction.picture_parts import OF_FORMAT, Parts, chunks_of_png

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "MPO")


def picture(kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((40, 30), 90).convert("RGB").save(file, kind, **options)
    return file.getvalue()


def _parts(data: bytes) -> tuple[list[bytes], int]:
    parts: Parts = next(walk for mark, walk in OF_FORMAT if data.startswith(mark))(data)
    contents = []
    while True:
        try:
            contents.append(next(parts))
        except StopIteration as ended:
            return contents, ended.value


@pytest.mark.parametrize("kind", [*FORMATS[:-1], "GIF of many"])
def test_a_picture_ends_where_it_ends(kind: str) -> None:
    one = (
        picture("GIF", save_all=True, append_images=[Image.new("RGB", (40, 30))] * 3) if " " in kind else picture(kind)
    )
    assert _parts(one)[1] == len(one)
    if kind != "TIFF":
        assert _parts(one + made.SEEN.encode()) == (_parts(one)[0], len(one))


def test_a_gif_without_its_last_byte_ends_all_the_same() -> None:
    cut = picture("GIF")[:-1]
    assert _parts(cut)[1] == len(cut)


@pytest.mark.parametrize("options", [{"progressive": True}, {"restart_marker_rows": 1}, {"comment": made.SEEN}])
def test_scans_of_a_jpeg_are_gone_through(options: dict[str, object]) -> None:
    whole = picture("JPEG", **options)
    contents, end = _parts(whole)
    assert end == len(whole)
    assert [one for one in contents if not one.startswith(b"JFIF")] == (
        [made.SEEN.encode()] if "comment" in options else []
    )
    assert _parts(whole[:-2])[1] == 0


def test_what_fills_up_before_a_marker_of_a_jpeg_ends_nothing() -> None:
    whole = picture("JPEG")
    filled = whole[:-2] + b"\xff\x00\xff\xd0" + b"\xff" * 9 + whole[-1:]
    assert _parts(filled + made.SEEN.encode()) == (_parts(whole)[0], len(filled))


def test_chunks_of_a_png_end_with_the_last() -> None:
    whole = picture("PNG")
    *_, (kind, content, end) = chunks_of_png(whole + whole)
    assert (kind, content, end) == (b"IEND", b"", len(whole))


@pytest.mark.parametrize("kind", FORMATS)
def test_cut_anywhere_it_raises_nothing(kind: str) -> None:
    whole = picture(kind)
    for length in {*range(8, len(whole), 37), *range(len(whole) - 20, len(whole))}:
        contents, end = _parts(whole[:length])
        assert end <= length
        assert all(len(one) <= length for one in contents)
