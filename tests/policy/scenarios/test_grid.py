from __future__ import annotations

from itertools import product

from hypothesis import given, strategies as st

from limen.cedar.tree import And, Attribute, If, Literal, Not, Or, Var
from limen.policy.scenarios.grid import Grid, conjunction, cover, truth

A, B = Attribute(Var("context"), "a"), Attribute(Var("context"), "b")
sizes = st.lists(st.integers(1, 4), max_size=4).map(tuple)


@given(sizes=sizes, data=st.data())
def test_a_table_holds_in_just_its_cells(sizes: tuple[int, ...], data: st.DataObject) -> None:
    grid = Grid(sizes)
    axes = data.draw(st.lists(st.sampled_from(range(len(sizes))), unique=True)) if sizes else []
    wanted = data.draw(st.sets(st.sampled_from(list(product(*(range(sizes[axis]) for axis in axes))))))
    cells = grid.table(axes, lambda classes: classes in wanted)
    for number in range(grid.cells):
        assert bool(cells >> number & 1) is (tuple(grid.cell(number)[axis] for axis in axes) in wanted)


@given(sizes=sizes, data=st.data())
def test_cubes_cover_all_that_is_wanted_and_nothing_that_is_not_allowed(sizes, data) -> None:
    grid = Grid(sizes)
    wanted = data.draw(st.integers(0, grid.everything))
    allowed = wanted | data.draw(st.integers(0, grid.everything))
    covered = 0
    for cube in cover(grid, wanted, allowed, grid.cells):
        covered |= grid.inside(cube)
    assert covered & wanted == wanted
    assert covered & ~allowed == 0


def test_errors_and_short_circuits_are_cedars() -> None:
    # Four cells: a is false, true, true, an error; b is true, an error, false, true.
    atoms = {A: (0b0110, 0b1000), B: (0b1001, 0b0010)}
    assert truth(And((A, B)), atoms, 0b1111) == (0b0000, 0b1010)
    assert truth(Or((A, B)), atoms, 0b1111) == (0b0111, 0b1000)
    assert truth(Not(A), atoms, 0b1111) == (0b0001, 0b1000)
    assert truth(If(A, B, Literal(True)), atoms, 0b1111) == (0b0001, 0b1010)
    assert conjunction((A, Not(B)), atoms, 0b1111) == (0b0100, 0b1010)
    assert conjunction((), atoms, 0b1111) == (0b1111, 0)


def test_a_cube_lets_go_of_whatever_does_not_matter() -> None:
    grid = Grid((2, 7, 3))
    (cube,) = cover(grid, grid.columns[2][1], grid.columns[2][1], 9)
    assert cube == (frozenset({0, 1}), frozenset(range(7)), frozenset({1}))
