"""Names and values as what a document says of its label."""

from __future__ import annotations

import pytest
from tests.data.labels.made import MICROSOFT_ID

from limen.data.labels.model import MARK_NAME, NAME, NoLabelError
from limen.data.labels.properties import MOST, carried, without_marks


def test_names_are_read_whatever_their_case() -> None:
    found = carried([("Limen-Label", "internal"), (MARK_NAME.upper(), "v1"), ("Author", "p_1")], lambda: b"c")
    assert (found.words, found.marks, found.content) == (("internal",), ("v1",), b"c")


@pytest.mark.parametrize(
    ("name", "value", "is_one"),
    [
        (f"MSIP_Label_{MICROSOFT_ID}_Enabled", "true", True),
        (f"MSIP_Label_{MICROSOFT_ID.upper()}_Enabled", "True", True),
        (f"MSIP_Label_{MICROSOFT_ID}_Enabled", "false", False),
        (f"MSIP_Label_{MICROSOFT_ID}_Name", "true", False),
        ("MSIP_Label_x_Enabled", "true", False),
    ],
)
def test_labels_of_microsoft_count_while_they_are_enabled(name: str, value: str, is_one: bool) -> None:
    assert carried([(name, value)], bytes).microsoft == (frozenset({MICROSOFT_ID}) if is_one else frozenset())


def test_values_and_their_number_are_bounded() -> None:
    assert len(carried([(NAME, "x" * 1_000_000)], bytes).words[0]) < 1_000
    with pytest.raises(NoLabelError):
        carried([("a", "b")] * (MOST + 1), bytes)


def test_only_marks_are_left_out_of_what_is_digested() -> None:
    found = [(NAME, "public"), (MARK_NAME.upper(), "v1 ab"), (MARK_NAME, ""), ("Author", "p_1")]
    assert without_marks(b"p_1 v1 ab public v1 &#97;b", found) == b"p_1 ----- public v1 &#97;b"
