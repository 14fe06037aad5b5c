"""The report of an import for people and for programs: Markdown, CSV, JSON, and the lines of a terminal."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from limen.importing.report import Account, Effect, Item, Verdict
from limen.printable import no_formula

WORDS: Final = {
    Verdict.TRANSLATED: "translated",
    Verdict.APPROXIMATED: "approximated",
    Verdict.NOT_TRANSLATED: "not translatable",
    Verdict.LEFT_OUT: "left out on purpose",
}
MOST_NAMED: Final = 5
_NOTHING: Final = "Nobody gets more access than before."
_INDEX: Final = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Row:
    """Items that say the same of places that differ by their number alone: the first of them, and how many values."""

    verdict: Verdict
    effect: Effect
    how: str
    places: tuple[str, ...]
    count: int


def rows(items: Iterable[Item]) -> tuple[Row, ...]:
    """The items, those that say the same together, in the order of the export."""
    found: dict[tuple[Verdict, Effect, str, str], list[Item]] = {}
    for one in items:
        found.setdefault((one.verdict, one.effect, one.how, _INDEX.sub("[…]", one.where)), []).append(one)
    return tuple(
        Row(verdict, effect, how, tuple(one.where for one in some), sum(one.count for one in some))
        for (verdict, effect, how, _), some in found.items()
    )


def summary(account: Account) -> list[str]:
    """How many values became what, one line each, and what may widen or narrow access."""
    lines = [f"{account.values:,} values in the export:"]
    lines += [f"  {account.count(verdict):>6,} {word}" for verdict, word in WORDS.items()]
    if account.wider:
        lines.append("Access that may be wider than before:")
        lines += [f"  ! {_line(row)}" for row in rows(account.wider)]
    else:
        lines.append(_NOTHING)
    return lines


def markdown(account: Account, title: str, kept: Iterable[str] = ()) -> str:
    """The whole report, what may widen access first."""
    lines = [f"# Imported from {_cell(title)}", "", f"Of {account.values:,} values in the export:", ""]
    lines += [*(f"- {account.count(verdict):,} {word}" for verdict, word in WORDS.items()), ""]
    lines += _section("Access that may be wider than before", rows(account.wider)) if account.wider else [_NOTHING, ""]
    lines += _section("Access that may be narrower than before", rows(account.stricter))
    said = tuple(kept)
    if said:
        lines += ["## Kept as it was in the company", "", *(f"- {_cell(one)}" for one in said), ""]
    for verdict, word in WORDS.items():
        lines += _section(word[:1].upper() + word[1:], rows(one for one in account.items if one.verdict is verdict))
    return "\n".join(lines)


def as_csv(account: Account) -> str:
    """A row for each item: where it stood, what became of it, how, and what that does to access."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(("path", "verdict", "how", "access", "values"))
    for one in account.items:
        writer.writerow([no_formula(cell) for cell in (one.where, one.verdict, one.how, one.effect)] + [one.count])
    return written.getvalue()


def plain(account: Account) -> dict[str, Any]:
    """The report as JSON holds it."""
    return {
        "values": account.values,
        **{verdict.replace("-", "_"): account.count(verdict) for verdict in Verdict},
        "wider": [_plain(one) for one in account.wider],
        "items": [_plain(one) for one in account.items],
    }


def as_json(account: Account) -> str:
    return json.dumps(plain(account), ensure_ascii=False)


def _plain(one: Item) -> dict[str, Any]:
    return {"path": one.where, "verdict": one.verdict, "how": one.how, "access": one.effect, "values": one.count}


def _section(title: str, some: tuple[Row, ...]) -> Iterator[str]:
    if some:
        yield from (f"## {title}", "", "| where | how | values |", "|---|---|---|")
        yield from (f"| {_places(row)} | {_cell(row.how)} | {row.count:,} |" for row in some)
        yield ""


def _places(row: Row) -> str:
    more = f" and {len(row.places) - MOST_NAMED:,} more" if len(row.places) > MOST_NAMED else ""
    return "<br>".join(f"`{_code(one)}`" for one in row.places[:MOST_NAMED]) + more


def _line(row: Row) -> str:
    more = f" and {len(row.places) - 1:,} more" if len(row.places) > 1 else ""
    return f"{row.places[0]}{more}: {row.how}"


def _cell(text: str) -> str:
    """A text in a cell of Markdown: nothing of a name becomes a link, a picture, markup or another cell."""
    return re.sub(r"([\\`*_{}\[\]<>|!#])", r"\\\1", text).replace("\n", " ")


def _code(text: str) -> str:
    return text.replace("`", "'").replace("|", "¦").replace("\n", " ")
