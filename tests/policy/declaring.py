"""Attributes that a part of Limen declares, for the tests that show what follows from one row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from limen.messages.catalogue import CATALOGUE_FOLDERS
from limen.policy.attribute import Attribute, Better, Kind
from limen.policy.attributes import ATTRIBUTES

MESSAGES = Path(__file__).parent / "messages"
ENCRYPTED = Attribute(
    "device.encrypted",
    Kind.BOOL,
    Better.HIGHER,
    worst=False,
    remedy="mend_device",
    phrase=("from a device with an encrypted disk", "from a device whose disk is not encrypted"),
    form="its disk is encrypted",
)
"""Its words are in the folder `MESSAGES`."""
PASSING = Attribute("device.installed", Kind.SET, Better.SUPERSET, ())
PATCHED = Attribute("device.patched", Kind.INSTANT, Better.HIGHER, 0)
LEVEL = Attribute("sample.level", Kind.NUMBER, Better.HIGHER, 0, greatest=5)
SHAPE = Attribute("sample.shape", Kind.CHOICE, Better.HIGHER, "odd", choices=("odd", "plain", "round"))
SAMPLE = Attribute("sample.known", Kind.BOOL, Better.HIGHER, worst=False, matter="device")


@contextmanager
def declared(*rows: Attribute) -> Iterator[None]:
    """While this lasts, the part `sample` declares these attributes, and brings words."""
    with spoken():
        composed({"sample": {row.path: row for row in rows}})
        try:
            yield
        finally:
            composed({})


@contextmanager
def spoken() -> Iterator[None]:
    """While this lasts, the part `sample` brings the words of `ENCRYPTED`."""
    before = CATALOGUE_FOLDERS.parts
    CATALOGUE_FOLDERS.compose({**before, "sample": {"sample": MESSAGES}})
    try:
        yield
    finally:
        CATALOGUE_FOLDERS.compose(before)


def composed(parts: Mapping[str, Mapping[str, Attribute]]) -> None:
    ATTRIBUTES.compose(parts)
