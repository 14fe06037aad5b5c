"""`limen data links`: how links of cloud drives are looked for, what became of them, and judging those that stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from limen.cli.open_company import Opened, opened
from limen.cli.options import MisusedError, company_folder
from limen.cli.output import counted, print_rows
from limen.clock import to_iso
from limen.configuration.problem import did_you_mean, shown
from limen.data.data_file import FILE
from limen.data.inventory.model import Store
from limen.data.links import kept_links
from limen.data.links.kept_links import LinkStore
from limen.data.links.model import CLOUDS, NEEDS, LinkState
from limen.data.rules.stated import NO_RULES, DataRules
from limen.errors import LimenError

_NOTHING: Final = f"No cloud drive is stated. Name one below `stores` in {FILE}, and say `link` in a rule."
_SAID: Final = (
    (LinkState.WAITS, "waiting for a reason"),
    (LinkState.STANDS, "to be removed"),
    (LinkState.AGAIN, "to be checked again"),
    (LinkState.REMOVED, "removed"),
    (LinkState.JUSTIFIED, "with a reason"),
    (LinkState.PASSES, "allowed"),
    (LinkState.STOOD, "from before"),
)


@dataclass(frozen=True, slots=True)
class _Row:
    """A store, how far it was looked at (None: not yet), how many links it has by state, and what Limen lacks there."""

    store: Store
    state: LinkStore | None
    numbers: dict[str, int]
    needs: str


def run(words: list[str], company: Path | None, *, as_json: bool) -> None:
    """`links` lists the stores; `links judge STORE …` has the server judge what stands already."""
    if words and (words[0] != "judge" or len(words) == 1):
        raise MisusedError("It is `limen data links`, or `limen data links judge STORE …`")
    with opened(company_folder(company)) as here:
        rules: DataRules = here.in_force().parts.get(FILE) or NO_RULES
        stores = {one.name: one for one in rules.stores if one.kind in CLOUDS}
        if words:
            _judge(here, stores, words[1:])
        else:
            print_rows(_rows(here, stores), _said, _plain, _NOTHING, as_json=as_json)


def _judge(here: Opened, stores: dict[str, Store], names: list[str]) -> None:
    for name in names:
        if name not in stores:
            fix = did_you_mean(name, stores, f"state it below `stores` in {FILE} and publish it with `limen apply`")
            raise LimenError(f"there is no cloud drive {shown(name)} in force", fix)
    number = here.database.write(lambda t: sum(kept_links.judge_all_again(t.connection, one) for one in names))
    print(f"{counted(number, 'link')} will be judged by the server, as if they were made now.")


def _rows(here: Opened, stores: dict[str, Store]) -> list[_Row]:
    states, numbers, lacking = here.database.read(
        lambda s: (
            kept_links.stores(s.connection),
            kept_links.counted(s.connection),
            kept_links.lacking_a_right(s.connection),
        )
    )
    return [
        _Row(
            store,
            states.get(name),
            {state: number for (of, state), number in numbers.items() if of == name},
            NEEDS[store.kind] if name in lacking else "",
        )
        for name, store in stores.items()
    ]


def _said(row: _Row) -> str:
    state = row.state
    if state is None:
        return f"{row.store.name}: not looked at: the server does so where a rule says `link`"
    looked = f"looked at {to_iso(state.looked_at)}" if state.looked_at else "being looked at for the first time"
    parts = [f"failing: {state.asked.error}"] if state.asked.error else []
    parts += [looked, *(f"{row.numbers[one]} {said}" for one, said in _SAID if row.numbers.get(one))]
    parts += [f"Limen lacks {row.needs} to remove links"] if row.needs else []
    return f"{row.store.name}: {'; '.join(parts)}"


def _plain(row: _Row) -> dict[str, Any]:
    state = row.state
    return {
        "store": row.store.name,
        "kind": str(row.store.kind),
        "looked_at": to_iso(state.looked_at) if state is not None and state.looked_at else "",
        "error": state.asked.error if state is not None else "",
        "needs": row.needs,
        **{one.value: row.numbers.get(one, 0) for one in LinkState},
    }
