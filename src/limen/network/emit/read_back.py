"""Whether a text does what was meant, once it is read back: all of it understood, and packet for packet the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from limen.errors import LimenError
from limen.network.emit.guarded import Unfit
from limen.network.packets import Ruleset
from limen.network.packets.decision_diagrams import TooTangledError, unlike
from limen.network.reading.reading import Reading
from limen.network.services import packet_text


class UnequalError(LimenError):
    """What a text does when it is read back is not what was meant."""


@dataclass(frozen=True)
class Told:
    """`text` is what the firewall loads, `meant` what it lets through then; `unfit` stays closed. `read` reads a text
    of the same firewall in the same zones.
    """

    text: str
    meant: Ruleset
    unfit: tuple[Unfit, ...]
    read: Callable[[str], Reading]
    notes: tuple[str, ...] = ()
    """What somebody has to know who loads it."""


def refuse_unequal(reading: Reading, meant: Ruleset, kind: str, beside: Iterable[str] = ()) -> None:
    """Raises UnequalError unless the text was understood whole and lets through exactly what was meant. `beside` are
    lines of Limen's own that open what no rule of the network says.
    """
    doubt = next((one for one in reading.not_understood if one.what not in set(beside)), None)
    if doubt is not None:
        raise UnequalError(f"the text for {kind} is not understood when it is read back: {doubt.where}: {doubt.what}")
    try:
        packet = unlike(meant, reading.ruleset)
    except TooTangledError:
        raise UnequalError(f"the text for {kind} is too tangled to be proved", "say it with fewer flows") from None
    if packet is not None:
        does = "does not let through" if meant.allows(packet) else "would let through"
        way = f"{packet.from_zone} to {packet.to_zone}"
        raise UnequalError(
            f"the text for {kind} {does} {packet_text(packet)} ({way}), which is not what was meant",
            "nothing was written; leave out the flow for it, and report this",
        )
