from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from limen.company.problem import Problem
from limen.company.shape import shaped
from limen.company.tree import Tree
from limen.company.yaml_text import read_yaml


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    count: int = 0


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    inner: Inner | str = ""
    many: dict[str, list[int]] = {}


def shape(text: str) -> Outer | list[Problem]:
    tree = Tree(read_yaml(text))
    return shaped(Outer, tree.plain(), tree, "f.yaml")


def test_what_fits_is_the_model() -> None:
    assert shape("name: a\ninner: {count: 2}") == Outer(name="a", inner=Inner(count=2))


def test_each_misfit_is_told_once_with_its_place() -> None:
    found = shape("nmae: a\ninner: {cuont: 2}\nmany:\n  a: [1, x]\n")
    assert isinstance(found, list)
    assert {str(one) for one in found} == {
        "f.yaml:1:1: `name` is missing; add it",
        'f.yaml:1:1: there is no `nmae` here; did you mean "name"?',
        'f.yaml:2:9: there is no `inner.cuont` here; did you mean "count"?',
        'f.yaml:4:10: `many.a.1` must be a whole number, not "x"',
    }
