"""One command read from its words by typer: how it is called in its help, and what is said of a wrong call."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import typer
from typer.core import TyperCommand

from limen.cli.options import MisusedError

_NOTATION: Final = (
    (re.compile(r"\{([A-Z_]+)\}"), r"\1"),
    (re.compile(r"\[\[([A-Z_]+)\]\]"), r"[\1]"),
    (re.compile(r"([A-Z\]]) <(?:str|path|int)>"), r"\1"),
    (re.compile(r"<(?:list\[)?str\]?>"), "TEXT"),
    (re.compile(r"<(?:list\[)?path\]?>"), "PATH"),
    (re.compile(r"<(?:int|int range)>"), "NUMBER"),
    (re.compile(r"\b(\d+)<=x<=(\d+)\b"), r"\1 to \2"),
)
"""How typer writes what a command takes, and how it is written everywhere else."""


class _Formatter:
    """What help is written with, in the usual notation: DIR has to be given, [DIR] may be left out."""

    def __init__(self, formatter: Any) -> None:
        self._formatter = formatter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._formatter, name)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        self._formatter.write_usage(prog, _usual(args), prefix)

    def write_dl(self, rows: Sequence[tuple[str, str]], *rest: Any, **more: Any) -> None:
        self._formatter.write_dl([(_usual(name), _usual(said)) for name, said in rows], *rest, **more)


class _Command(TyperCommand):
    def format_help(self, ctx: Any, formatter: Any) -> None:
        usual: Any = _Formatter(formatter)
        super().format_help(ctx, usual)


def run(function: Callable[..., Any], about: str, name: str, words: Sequence[str], *, passes_on: bool = False) -> int:
    """Call the function with what the words say; the exit code. Raises MisusedError where they make no sense.

    `passes_on`: no option stands behind the first argument.
    """
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    settings = {"allow_interspersed_args": not passes_on}
    app.command(help=about, cls=_Command, context_settings=settings)(function)
    try:
        code = app(args=list(words), prog_name=f"limen {name}", standalone_mode=False)
    except typer.TyperException as error:
        raise MisusedError(*_misused(error, name)) from None
    except typer.Abort:
        return 1
    return code if isinstance(code, int) else 0


def _misused(error: typer.TyperException, name: str) -> tuple[str, str]:
    """What is wrong, and what to do about it."""
    told = getattr(error, "format_message", error.__str__)().rstrip(".")
    context, param = getattr(error, "ctx", None), getattr(error, "param", None)
    fix = f"`limen {name} --help` shows what it takes"
    unknown = getattr(error, "option_name", "")
    if unknown and context is not None:
        options = [option for one in context.command.params for option in one.opts if option.startswith("--")]
        near = difflib.get_close_matches(unknown, options, n=1)
        return f"there is no option {unknown[:40]}", f"did you mean {near[0]}?" if near else fix
    if told.startswith("Missing") and param is not None:
        called = " or ".join(param.opts) if param.opts[0].startswith("-") else param.metavar or param.name.upper()
        return f"{called} is missing ({param.help[:1].lower()}{param.help[1:]})" if param.help else called, fix
    return told[:1].lower() + told[1:], fix


def _usual(text: str) -> str:
    for pattern, usual in _NOTATION:
        text = pattern.sub(usual, text)
    return text
