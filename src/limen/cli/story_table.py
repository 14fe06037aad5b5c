"""A story of the example company as a table in the terminal, growing row by row as it happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

from limen.cli.output import console
from limen.printable import visible

if TYPE_CHECKING:
    from rich.table import Table

_COLOURS: Final = {"permit": "green", "closed": "green", "challenge": "yellow", "not here": "dim"}


class Row(Protocol):
    """Who did what, what the answer was and why, what would help, and how long it took."""

    @property
    def who(self) -> str: ...
    @property
    def does(self) -> str: ...
    @property
    def answer(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def remedy(self) -> str: ...
    @property
    def response(self) -> str: ...
    @property
    def milliseconds(self) -> float: ...


class StoryTable:
    """Shows each row as it comes, in a terminal; elsewhere all of them when it is left."""

    def __init__(self) -> None:
        self._table = _empty()

    def add(self, row: Row) -> None:
        from rich.text import Text

        does = Text.assemble((visible(row.who), "bold"), " ", visible(row.does))
        why = Text(visible(row.reason))
        if row.response:
            why.append(f"\nBy itself: {visible(row.response)}", "cyan")
        if row.remedy:
            why.append(f"\n→ {visible(row.remedy)}", "yellow")
        answer = Text(visible(row.answer), _COLOURS.get(row.answer, "red"))
        number = str(self._table.row_count + 1)
        self._table.add_row(number, does, answer, why, f"{row.milliseconds:.0f} ms", end_section=True)

    @contextmanager
    def shown(self) -> Iterator[None]:
        from rich.live import Live

        out = console()
        if not out.is_terminal:
            try:
                yield
            finally:
                out.print(self._table)
            return
        with Live(self._table, console=out, vertical_overflow="visible", refresh_per_second=8):
            yield


def _empty() -> Table:
    from rich.box import HORIZONTALS
    from rich.table import Table

    table = Table(box=HORIZONTALS, pad_edge=False)
    table.add_column("#", justify="right", style="dim")
    table.add_column("What happens", ratio=4)
    table.add_column("Answer")
    table.add_column("Why, and what helps", ratio=6)
    table.add_column("Took", justify="right", no_wrap=True)
    return table
