"""What every command prints goes through here, so that nothing that was stored can steer the terminal of its reader."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from limen.printable import visible

if TYPE_CHECKING:
    from rich.console import Console


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
    """How a command names this company folder, after a space; "" for the one that its reader stands in."""
    return "" if folder == Path() else f" {shlex.quote(str(folder))}"


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
