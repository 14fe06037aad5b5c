from __future__ import annotations

import gzip
import io
import os
import random
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from PIL import Image
from tests.data.labels import made

from limen.data.doors.mass_renaming import (
    MANY,
    QUIET_SECONDS,
    SAMPLE,
    WINDOW_SECONDS,
    RenamingWatch,
    Sample,
    looks_encrypted,
)
from limen.data.doors.share_files import opened

RANDOM = random.Random(7)


def noise(size: int = SAMPLE) -> bytes:
    return RANDOM.randbytes(size)


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", noise(8_000))
    return out.getvalue()


def picture() -> bytes:
    out = io.BytesIO()
    Image.frombytes("RGB", (80, 80), noise(19_200)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("size", [512, 700, 1_024, 2_048, 4_096])
def test_random_bytes_look_encrypted_at_any_size(size: int) -> None:
    assert all(looks_encrypted(Sample(noise(size))) for _ in range(300))


@pytest.mark.parametrize(
    "start",
    [
        b"",
        noise(511),
        b"text of a letter " * 240,
        bytes(range(256)) * 2 + b"\0" * 3_000,
        gzip.compress(noise(8_000))[:SAMPLE],
        zipped()[:SAMPLE],
        b"%PDF-1.7" + noise(4_000),
        b"\0\0\0\x18ftypmp42" + noise(4_000),
        b"age-encryption.org/v1\n" + noise(4_000),
        (b"id;name;amount\n" + b"".join(b"%d;Ann;%d\n" % (n, n * 7919 % 10_007) for n in range(400)))[:SAMPLE],
        b"".join(b"%02x" % one for one in noise(2_048)),
    ],
)
def test_what_is_text_or_a_known_kind_does_not(start: bytes) -> None:
    assert not looks_encrypted(Sample(start))


def test_packed_bytes_without_a_head_do_so() -> None:
    assert looks_encrypted(Sample(zlib.compress(noise(8_000))[2 : SAMPLE + 2]))
    assert looks_encrypted(Sample(os.urandom(SAMPLE)))


def of(path: Path) -> Sample:
    with opened(path.parent, PurePosixPath(path.name)) as file:
        return file.sample()


@pytest.mark.parametrize(
    "make", [made.word, made.sheet, made.pdf, made.open_text, lambda: b"a letter\n" * 2_000, picture]
)
def test_what_is_encrypted_behind_its_start_looks_so(tmp_path: Path, make: Callable[[], bytes]) -> None:
    """As programs do it that are in a hurry: the first bytes stay, and the kind seems to be what it was."""
    whole = make()
    (tmp_path / "a").write_bytes(whole)
    assert not looks_encrypted(of(tmp_path / "a"))
    (tmp_path / "a").write_bytes(whole[:SAMPLE] + noise(20_000))
    assert looks_encrypted(of(tmp_path / "a"))


def test_a_head_alone_makes_no_program() -> None:
    program = bytearray(b"MZ" + bytes(62))
    program[0x3C] = 0x40
    assert not looks_encrypted(Sample(bytes(program) + b"PE\0\0" + noise(4_000), noise()))
    assert looks_encrypted(Sample(b"MZ" + noise(4_000), noise()))


def test_many_files_rewritten_by_one_within_a_minute_are_an_alarm_once() -> None:
    watch = RenamingWatch("sales")
    said = [watch.unreadable(f"{n}.docx", "ann", n, was_there=True) for n in range(MANY + 5)]
    (alarm,) = [one for one in said if one]
    assert (said.index(alarm), alarm.share, alarm.actor, alarm.number) == (MANY - 1, "sales", "ann", MANY)
    again = [watch.unreadable(f"x{n}", "ann", QUIET_SECONDS + MANY + n / 10, was_there=True) for n in range(MANY)]
    assert [one for one in again if one]


def test_new_names_count_where_as_many_disappear() -> None:
    watch = RenamingWatch("sales")
    assert not any(watch.unreadable(f"{n}.locked", "ann", n, was_there=False) for n in range(MANY))
    for _ in range(MANY - 1):
        watch.gone(MANY)
    assert watch.unreadable("0.locked", "ann", MANY, was_there=False) is None
    watch.gone(MANY)
    alarm = watch.unreadable("0.locked", "ann", MANY, was_there=False)
    assert alarm is not None


def test_what_is_slow_or_of_several_or_of_one_file_is_none() -> None:
    watch = RenamingWatch("sales")
    slowly = [watch.unreadable(f"{n}", "ann", n * WINDOW_SECONDS / (MANY - 2), was_there=True) for n in range(100)]
    several = [watch.unreadable(f"s{n}", f"p{n % 3}", 1_000, was_there=True) for n in range(MANY + 10)]
    one = [watch.unreadable("one", "ida", 1_000, was_there=True) for _ in range(200)]
    assert not any((*slowly, *several, *one))
