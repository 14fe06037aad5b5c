"""What goes over the pipe to the hashing process."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from limen.identity.argon2id import hashed_or_verified
from limen.identity.hash_process import read_text, text_frame


@pytest.mark.parametrize("text", ["", "a", "Mühle", "\udcff", "日" * 512, "x" * 0xFFFF])
def test_a_text_comes_out_as_it_went_in(text: str) -> None:
    assert read_text(io.BytesIO(text_frame(text) + text_frame("next"))) == text


@pytest.mark.parametrize("cut", [b"", b"\x00", b"\x00\x05four"])
def test_an_input_that_ends_early_is_its_end(cut: bytes) -> None:
    assert read_text(io.BytesIO(cut)) is None


def test_a_text_that_is_too_long_is_an_error_and_never_two() -> None:
    with pytest.raises(OverflowError):
        text_frame("x" * 0x10000)


def test_it_answers_one_after_the_other_and_ends_with_its_input() -> None:
    stored = hashed_or_verified("", "tidal marble lantern fox")
    orders = [stored, "tidal marble lantern fox", stored, "wrong", "not a hash", "wrong"]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "limen.identity.hash_process"],
        input=b"".join(map(text_frame, orders)) + b"\x00",
        capture_output=True,
        timeout=60,
        check=True,
    )
    answers = io.BytesIO(done.stdout)
    assert [read_text(answers) for _ in range(4)] == ["yes", "no", "no", None]
    assert done.stderr == b""
