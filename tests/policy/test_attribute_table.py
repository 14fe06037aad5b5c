from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.policy.declaring import ENCRYPTED, LEVEL, SAMPLE, composed, declared, spoken

from limen.declared import ClaimedTwiceError
from limen.policy.attribute import Attribute, Better, Kind
from limen.policy.attribute_table import BadAttributeError
from limen.policy.attributes import ATTRIBUTES, ROWS

TEXT = Attribute("device.model", Kind.TEXT, Better.KNOWN, "")


@pytest.fixture(autouse=True)
def words() -> Iterator[None]:
    with spoken():
        yield


def test_two_parts_that_declare_one_attribute_are_refused_by_name() -> None:
    with pytest.raises(ClaimedTwiceError, match=r"devices and monitor both declare the attribute device\.encrypted"):
        composed({part: {ENCRYPTED.path: ENCRYPTED} for part in ("devices", "monitor")})
    with pytest.raises(ClaimedTwiceError, match=r"Limen itself and devices both declare the attribute device\.managed"):
        composed({"devices": {"device.managed": replace(ENCRYPTED, path="device.managed")}})
    assert list(ATTRIBUTES) == [row.path for row in ROWS]
    assert len(ATTRIBUTES.table.rows) == len(ROWS)


@pytest.mark.parametrize(
    "row",
    [
        replace(ENCRYPTED, worst=True),
        replace(ENCRYPTED, worst="no"),
        replace(ENCRYPTED, worst=None),
        replace(ENCRYPTED, path="encrypted"),
        replace(ENCRYPTED, path="device.disk.encrypted"),
        replace(ENCRYPTED, path="devcie.encrypted"),
        replace(ENCRYPTED, path="now.known"),
        replace(ENCRYPTED, path="principal.trusted"),
        replace(ENCRYPTED, path="grant.encrypted"),
        replace(ENCRYPTED, field="managed"),
        replace(ENCRYPTED, better=Better.KNOWN),
        replace(ENCRYPTED, better=Better.NEITHER),
        replace(ENCRYPTED, path="device.locked"),
        replace(ENCRYPTED, matter="weather"),
        replace(TEXT, worst="unknown"),
        replace(TEXT, kind=Kind.ADDRESS, worst=None),
        replace(TEXT, kind=Kind.CHOICE, better=Better.HIGHER, choices=("only",), worst="only"),
        replace(TEXT, kind=Kind.CHOICE, better=Better.HIGHER, choices=("bad", "good"), worst="good"),
        replace(TEXT, kind=Kind.NUMBER, better=Better.LOWER, greatest=9, worst=0),
        replace(TEXT, kind=Kind.NUMBER, better=Better.HIGHER, worst=0),
        replace(TEXT, kind=Kind.SET, better=Better.SUPERSET, worst=("firewall",)),
        replace(TEXT, kind=Kind.INSTANT, better=Better.HIGHER, worst=5),
        replace(SAMPLE, kind=Kind.TEXT, better=Better.KNOWN, worst=""),
    ],
    ids=lambda row: f"{row.path} {row.kind.name} {row.worst!r}",
)
def test_a_row_that_makes_no_sense_is_refused_with_its_owner_and_path(row: Attribute) -> None:
    with pytest.raises(BadAttributeError, match=f"devices declares the attribute {row.path}: ") as refused:
        composed({"devices": {row.path: row}})
    assert refused.value.fix
    assert len(ATTRIBUTES.table.rows) == len(ROWS)


def test_a_row_under_another_name_is_refused() -> None:
    with pytest.raises(BadAttributeError):
        composed({"devices": {"device.enc": ENCRYPTED}})


def test_a_record_of_ones_own_needs_to_say_whether_anything_is_known() -> None:
    with pytest.raises(BadAttributeError, match=r"sample\.level"):
        composed({"sample": {LEVEL.path: LEVEL}})
    with declared(SAMPLE, LEVEL):
        assert ATTRIBUTES.table.nouns["sample"].present == "known"


def test_every_axis_is_an_attribute_or_the_age_of_one_and_belongs_to_one() -> None:
    table = ATTRIBUTES.table
    assert len(set(table.axes)) == len(table.axes)
    paths = {row.path for row in ROWS if row.noun not in {"principal", "resource"}}
    assert set(table.axes) == {"now", *table.dated, *paths}
