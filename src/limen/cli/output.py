"""What every command prints goes through here, so that nothing that was stored can steer the terminal of its reader."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO, TypeVar

from limen.errors import LimenError
from limen.printable import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

T = TypeVar("T")


class Told(Protocol):
    """Moves a progress bar: how much of a whole is done."""

    def __call__(self, done: float, whole: float = 1.0) -> None: ...


class Filtered:
    """A text stream that shows control and bidi characters as escapes. `raw` is the stream behind it."""

    def __init__(self, raw: TextIO) -> None:
        self.raw = raw

    def write(self, text: str) -> int:
        return self.raw.write(visible(text))

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)


def at(folder: Path) -> str:
    """The folder as an argument of a command, after a space; "" for the current folder."""
    return "" if folder == Path() else f" {shlex.quote(str(folder))}"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 request`, `2 requests`; `many` where the plural is not the singular with an s."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def print_rows(
    rows: Iterable[T], text: Callable[[T], str], plain: Callable[[T], dict[str, Any]], nothing: str, *, as_json: bool
) -> None:
    """A line for each row: its `text`, or with `--json` the object `plain`; `nothing` where there is no row."""
    is_empty = True
    for row in rows:
        is_empty = False
        print(json.dumps(plain(row)) if as_json else text(row))
    if is_empty and not as_json:
        print(nothing)


def write_new(path: Path, text: str) -> None:
    """Raises LimenError where it can't be written, and where a file is there already: that stays as it is."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise LimenError(f"{path} can't be written: {error.strerror}", "name a file that is not there yet") from None


@contextmanager
def progress(what: str, *, quiet: bool = False) -> Iterator[Told | None]:
    """A progress bar, and what to tell it; None where errors don't go to a terminal."""
    with progress_bars(what, quiet=quiet) as (told,):
        yield told


@contextmanager
def progress_bars(*whats: str, quiet: bool = False) -> Iterator[tuple[Told | None, ...]]:
    """A progress bar for each, below one another. They share one display: one begun within another would go through
    `Filtered` as any text does, and be shown as escapes.
    """
    if quiet or not sys.stderr.isatty():
        yield (None,) * len(whats)
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(error=True), transient=True) as shown:
        yield tuple(_teller(shown, what) for what in whats)


def _teller(shown: Progress, what: str) -> Told:
    task = shown.add_task(what, total=None)

    def told(done: float, whole: float = 1.0) -> None:
        shown.update(task, completed=done, total=whole)

    return told


def console(*, error: bool = False) -> Console:
    """A console for rich, whose own colours reach the terminal. Texts for it are laid out as `visible` makes them."""
    from rich.console import Console

    stream: Any = sys.stderr if error else sys.stdout
    return _shown_by(Console)(file=stream.raw if isinstance(stream, Filtered) else stream, highlight=False)


def _shown_by(base: type[Console]) -> type[Console]:
    """A console that looks once more at every piece of text that it is about to write."""
    from rich.segment import Segment

    class Shown(base):  # type: ignore[valid-type, misc]
        def render(self, renderable: Any, options: Any = None) -> Any:
            for one in super().render(renderable, options):
                yield one if one.control else Segment(visible(one.text), one.style)

    return Shown
