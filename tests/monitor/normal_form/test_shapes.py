from __future__ import annotations

import pytest

from limen.monitor.normal_form.shapes import LIMENS_OWN, Said, Shape

SHAPE = Shape(
    fixed={"product": "crane", "class_uid": 3002},
    columns={"user": ("who", "name"), "src_ip": "from"},
    said={"status_id": Said("went", {"well": 1}, 2)},
    names={"User": "who"},
    at="when",
    id=("n",),
)


def test_of_several_fields_the_first_that_says_something_counts() -> None:
    draft = SHAPE.draft("raw", {"who": "-", "name": "jane", "from": "203.0.113.9", "when": 1_795_770_000, "n": 7})
    assert draft.columns == {"product": "crane", "class_uid": 3002, "user": "jane", "src_ip": "203.0.113.9"}
    assert (draft.at, draft.id, draft.fields["User"]) == (1_795_770_000_000, "7", "-")


def test_a_number_by_a_word_however_it_is_written() -> None:
    assert SHAPE.draft("", {"went": "WELL"}).columns["status_id"] == 1
    assert SHAPE.draft("", {"went": "down"}).columns["status_id"] == 2
    assert "status_id" not in SHAPE.draft("", {}).columns


@pytest.mark.parametrize("column", sorted(LIMENS_OWN))
def test_no_table_can_fill_what_limen_finds_out_itself(column: str) -> None:
    with pytest.raises(ValueError, match=column):
        Shape(columns={column: "x"})


def test_a_shape_beside_another_has_both_of_their_columns() -> None:
    both = SHAPE.beside(fixed={"class_uid": 3001}, columns={"host": "h"})
    assert both.draft("", {"h": "wren", "who": "jane"}).columns == {
        "product": "crane",
        "class_uid": 3001,
        "user": "jane",
        "host": "wren",
    }


def test_a_time_or_an_id_may_stand_in_a_field_by_its_other_name() -> None:
    shape = Shape(names={"When": "t"}, at=("When",), id=("When",))
    assert (shape.draft("", {"t": 1_795_770_000}).at, shape.draft("", {"t": "7"}).id) == (1_795_770_000_000, "7")


def test_sets_of_names_that_are_very_long_are_not_remembered() -> None:
    shape = Shape(columns={"user": "who"})
    for number in range(5):
        fields = {f"{number}.{other}" + "x" * 2_000: "" for other in range(20)} | {"who": "jane"}
        assert shape.draft("", fields).columns == {"user": "jane"}
    assert not shape.remembered
    shape.draft("", {"who": "jane"})
    assert shape.remembered == 1
