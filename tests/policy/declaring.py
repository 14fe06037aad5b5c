"""Attributes that a part of Limen declares, for the tests that show what follows from one row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from limen.policy.attribute import Attribute, Better, Kind
from limen.policy.attributes import ATTRIBUTES

ENCRYPTED = Attribute(
    "device.encrypted",
    Kind.BOOL,
    Better.HIGHER,
    worst=False,
    remedy="mend_device",
    phrase=("from a device with an encrypted disk", "from a device whose disk is not encrypted"),
    form="its disk is encrypted",
    messages={
        "en": {
            "self": "Limen does not know the disk of this device to be encrypted.",
            "helpdesk": "The disk is not known to be encrypted; {app} asks for that.",
            "do.self": "have the disk of this device encrypted",
            "do.helpdesk": "encrypt the disk",
        },
        "de": {
            "self": "Limen weiß nicht, ob die Festplatte dieses Geräts verschlüsselt ist.",
            "helpdesk": "Die Festplatte ist nicht als verschlüsselt bekannt; {app} verlangt das.",
            "do.self": "lassen Sie die Festplatte dieses Geräts verschlüsseln",
            "do.helpdesk": "die Festplatte verschlüsseln",
        },
    },
)
PASSING = Attribute("device.passing", Kind.SET, Better.SUPERSET, ())
PATCHED = Attribute("device.patched", Kind.INSTANT, Better.HIGHER, 0)
LEVEL = Attribute("sample.level", Kind.NUMBER, Better.HIGHER, 0, greatest=5)
SHAPE = Attribute("sample.shape", Kind.CHOICE, Better.HIGHER, "odd", choices=("odd", "plain", "round"))
SAMPLE = Attribute("sample.known", Kind.BOOL, Better.HIGHER, worst=False, matter="device")


@contextmanager
def declared(*rows: Attribute) -> Iterator[None]:
    """While this lasts, the part `sample` declares these attributes."""
    composed({"sample": {row.path: row for row in rows}})
    try:
        yield
    finally:
        composed({})


def composed(parts: Mapping[str, Mapping[str, Attribute]]) -> None:
    ATTRIBUTES.compose(parts)
