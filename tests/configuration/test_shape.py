from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from limen.company.yaml_text import read_yaml
from limen.configuration.problem import Problem
from limen.configuration.shape import listed, shaped_in_part
from limen.configuration.tree import Tree


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    count: int = 0


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    inner: Inner | str = ""
    many: dict[str, list[int]] = {}


def shape(text: str, **stand_ins: str) -> tuple[Outer | None, list[Problem]]:
    tree = Tree(read_yaml(text))
    return shaped_in_part(Outer, tree.plain(), tree, "f.yaml", (), stand_ins)


def test_what_fits_is_the_model() -> None:
    assert shape("name: a\ninner: {count: 2}") == (Outer(name="a", inner=Inner(count=2)), [])


def test_each_misfit_is_told_once_with_its_place() -> None:
    _, found = shape("nmae: a\ninner: {cuont: 2}\nmany:\n  a: [1, x]\n")
    assert {str(one) for one in found} == {
        "f.yaml:1:1: `name` is missing; add it",
        'f.yaml:1:1: unknown key `nmae`; did you mean "name"?',
        'f.yaml:2:9: unknown key `inner.cuont`; did you mean "count"?',
        'f.yaml:4:10: `many.a.1` must be a whole number, not "x"',
    }


def test_what_is_right_beside_a_misfit_can_still_be_read() -> None:
    part, found = shape("name: a\nnmae: b\ninner: {count: 3, cuont: 2}\nmany: {a: [1, x], b: [2]}")
    assert part == Outer(name="a", inner=Inner(count=3), many={"b": [2]})
    assert len(found) == 3


def test_what_the_model_needs_and_the_file_lacks_is_its_stand_in() -> None:
    part, found = shape("inner: {count: 2}", name="?")
    assert part == Outer(name="?", inner=Inner(count=2))
    assert len(found) == 1


def test_without_a_stand_in_or_a_mapping_there_is_nothing_to_read() -> None:
    for text in ("inner: {count: 2}", "- a", "just words", "5"):
        part, found = shape(text)
        assert part is None
        assert found


def test_a_list_is_its_entries_and_anything_else_one_problem() -> None:
    def read(written: object) -> tuple[list[object], list[tuple[int, int, str]]]:
        entries, problems = listed(Tree([3, 1, written]), "x.yaml", 2, "things", ("begin", "split"))  # type: ignore[list-item]
        return entries, [(one.line, one.column, one.fix) for one in problems]

    assert read([[3, 3, "a"], [4, 3, "b"]]) == (["a", "b"], [])
    assert read(None) == ([], [])
    assert read("a") == ([], [(3, 1, "begin")])
    assert read([[3, 3, "a"]] * 3) == ([], [(3, 1, "split")])
