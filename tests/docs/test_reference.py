"""The reference says what the product says of itself, and nothing in it is silent."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import pytest
import typer
from pydantic import BaseModel, Field
from tools import reference

from limen.data import shapes
from limen.data.inventory import stores_section
from limen.pillars import pillars

SECTION = stores_section.__name__


def test_each_page_is_what_the_product_says_now() -> None:
    for name, text in reference.pages().items():
        stands = (reference.REFERENCE / name).read_text("utf-8")
        assert stands == text, f"docs/reference/{name} is stale; run: python3 do.py docs"


def test_every_shape_of_a_file_of_data_is_in_the_reference_and_every_examination_of_a_part() -> None:
    stated = {one for module in (shapes, stores_section) for one in vars(module).values() if isinstance(one, type)}
    own = {one for one in stated if issubclass(one, BaseModel) and one.__module__ in {shapes.__name__, SECTION}}
    bases = {base for one in own for base in one.__bases__}
    assert own - bases - {shape for _, shape in reference.FILES.values()} == set()
    page = reference.doctor_page()
    assert [name for pillar in pillars() for name in pillar.examinations if f"| `{name}` |" not in page] == []


def test_no_page_is_left_from_something_that_is_gone() -> None:
    assert {path.name for path in reference.REFERENCE.iterdir()} == set(reference.pages())


def test_the_configs_of_fronts_are_what_the_command_prints_now() -> None:
    for name, text in reference.front_configs().items():
        stands = (reference.HOW_TO / name).read_text("utf-8")
        assert stands == text, f"docs/how-to/{name} is stale; run: python3 do.py docs"


def test_a_setting_that_says_nothing_of_itself_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(BaseModel):
        colour: Annotated[str, Field(max_length=9)] = ""

    monkeypatch.setitem(reference.FILES, "limen.toml", ("something", Silent))
    with pytest.raises(reference.UndocumentedError, match=r"limen.toml +colour says nothing of itself"):
        reference.settings_page()


def test_a_command_that_says_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    known = reference.commands(reference.OWN)
    monkeypatch.setattr(reference, "commands", lambda _own: {**known, "why": replace(known["why"], help="")})
    with pytest.raises(reference.UndocumentedError, match="why"):
        reference.commands_page()


def test_an_option_that_says_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from limen.cli import journal

    def run(folder: Annotated[str, typer.Option("--folder")] = "") -> None:
        """Nothing."""

    monkeypatch.setattr(journal, "run", run)
    with pytest.raises(reference.UndocumentedError, match="--folder"):
        reference.commands_page()
