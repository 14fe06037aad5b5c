from __future__ import annotations

import io
import zipfile

import pytest

from limen.errors import LimenError
from limen.importing.uploaded import MOST_UNPACKED, MOST_UPLOADED, files_in


def _zip(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return written.getvalue()


def test_one_file_or_several() -> None:
    assert files_in("C:\\exports\\users.json", b"[]") == {"users.json": b"[]"}
    packed = _zip({"tenant/users.json": b"[1]", "tenant/groups.json": b"[2]", "__MACOSX/._users.json": b"x"})
    assert files_in("tenant.zip", packed) == {"users.json": b"[1]", "groups.json": b"[2]"}
    assert files_in("t.zip", _zip({"a/users.json": b"1", "b/users.json": b"2"})) == {
        "users.json": b"1",
        "b/users.json": b"2",
    }


def test_names_lead_nowhere() -> None:
    assert set(files_in("t.zip", _zip({"../../etc/passwd.json": b"1", "/abs/x.json": b"2"}))) == {
        "passwd.json",
        "x.json",
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x" * (MOST_UPLOADED + 1),
        _zip({"bomb.json": b"0" * (MOST_UNPACKED + 1)}),
        _zip({f"{number}.json": b"0" * (MOST_UNPACKED // 50) for number in range(51)}),
        _zip({f"{number}.json": b"" for number in range(300)}),
        _zip({f"{number}.json": b"" for number in range(600)}),
        _zip({"a/b/users.json": b"1", "c/b/users.json": b"2", "d/b/users.json": b"3"}),
        b"PK\x03\x04 and nothing more",
        _zip({"users.json": b"[]" * 500})[:-60],
    ],
    ids=["empty", "too large", "a bomb", "a bomb of many", "too many", "far too many", "twice", "broken", "cut"],
)
def test_what_is_not_unpacked(content: bytes) -> None:
    with pytest.raises(LimenError):
        files_in("tenant.zip", content)


def test_what_is_encrypted_or_lies_about_itself_is_refused() -> None:
    packed = bytearray(_zip({"users.json": b"[]"}))
    at = packed.index(b"PK\x01\x02")
    packed[at + 8] |= 1  # the flag of encryption, in the directory
    with pytest.raises(LimenError):
        files_in("tenant.zip", bytes(packed))
    wrong = bytearray(_zip({"users.json": b"[1, 2, 3]"}, zipfile.ZIP_STORED))
    wrong[wrong.index(b"[1")] = ord("{")  # its checksum says otherwise
    with pytest.raises(LimenError):
        files_in("tenant.zip", bytes(wrong))
