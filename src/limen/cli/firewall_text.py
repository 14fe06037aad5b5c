"""`limen firewall` for what Limen asks nothing of: the text that a firewall loads, and what changes by it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from limen.cli.firewall_gear import At, file_text, print_change, said_plain
from limen.cli.options import MisusedError
from limen.cli.output import write_new
from limen.errors import LimenError
from limen.network.emit.makers import told
from limen.network.emit.read_back import Told
from limen.network.emit.windows import REMOTE_PORTS
from limen.network.packets import Ruleset
from limen.network.reading.reading import NotUnderstood
from limen.network.remote.lockout import addresses_of, refuse_cut, refuse_unadministered
from limen.network.remote.saying import Change, change

_MOST_DOUBTS = 20


def plan(at: At, now: Sequence[Path], out: Path | None, *, as_json: bool) -> None:
    """`now`: a file with what it has, `out`: where the text is written. Raises LimenError."""
    if len(now) > 1:
        raise MisusedError("--now is given once: one file holds all that such a firewall has")
    before_text = file_text(now[0]) if now else ""
    rules = told(at.network, at.firewall, at.today, before_text)
    refuse_lockout(at, rules)
    before = rules.read(before_text) if now else None
    changed = change(before.ruleset if before else Ruleset(rules.meant.zones, ()), rules.meant)
    doubts = before.not_understood if before else ()
    if out is not None:
        write_new(out, rules.text)
    if as_json:
        print(json.dumps(_plain(at, rules, changed, doubts, knows_before=bool(now)), ensure_ascii=False))
        return
    print_change(at, changed, rules.unfit, knows_before=bool(now), seen_by="--now")
    _print_doubts(doubts)
    for note in _notes(at, rules):
        print(f"  {note}")
    if out is None:
        print(rules.text, end="")
    else:
        print(f"  Its text is in {out}: load it as docs/how-to/network-makers.md says.")


def refuse(at: At) -> None:
    """Nothing else can be asked of it."""
    raise LimenError(
        f"Limen asks nothing of a firewall of {at.firewall.kind}",
        f"write its text with `limen firewall plan {at.firewall.name} --out FILE`, and load it there",
    )


def refuse_lockout(at: At, rules: Told) -> None:
    """Raises LimenError where nobody could administer it any more, as far as that can be told."""
    if at.firewall.kind == "windows":
        own = at.network.host_of[at.firewall.host].addresses
        refuse_unadministered(rules.meant, at.network, [str(one.network_address) for one in own], REMOTE_PORTS)
    elif at.firewall.reference:
        refuse_cut(rules.meant, at.network, at.firewall.reference)
        addresses, port = addresses_of(at.firewall.reference)
        refuse_unadministered(rules.meant, at.network, addresses, (port, 22))


def _notes(at: At, rules: Told) -> Iterable[str]:
    if not any(one.kind == "management" for one in at.network.zones):
        yield "No zone is of kind `management`, so it is not known who administers this firewall."
    elif at.firewall.kind != "windows" and not at.firewall.reference:
        yield "Where it is administered is not known: add `url`, so that no change cuts that off."
    yield from rules.notes


def _print_doubts(doubts: Sequence[NotUnderstood]) -> None:
    if doubts:
        print("  Not all that it has was understood; what was not counts as open:")
    for one in doubts[:_MOST_DOUBTS]:
        print(f"    {one.where}: {one.what}")
    if len(doubts) > _MOST_DOUBTS:
        print(f"    and {len(doubts) - _MOST_DOUBTS} more")


def _plain(
    at: At, rules: Told, changed: Change, doubts: Sequence[NotUnderstood], *, knows_before: bool
) -> dict[str, Any]:
    return {
        **said_plain(at, changed, rules.unfit, knows_before=knows_before),
        "not_understood": [{"where": one.where, "what": one.what, "errs": one.errs} for one in doubts],
        "notes": list(_notes(at, rules)),
        "text": rules.text,
    }
