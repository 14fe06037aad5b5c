"""What Limen makes of nobody, to try itself: a person or device of a probe, told from all others by its id alone.

Ids are given by Limen and never taken from a client, so nobody can call what they do a probe. Whoever counts people,
learns what is usual or says when something was used last leaves out what these ids did; whatever ends access does not.
"""

from __future__ import annotations

from typing import Final

from limen.opaque import new_id

MARK: Final = "syn"
"""What stands before their ids; no other kind of id may begin so."""
_BEGINS: Final = f"{MARK}_"
DOOR: Final = "probe"
"""The entry point that decisions of probes are journaled with. Once its session is over nobody asks: then this alone
tells them. What clients can reach has other entry points, each named by its own code.
"""
DOMAIN: Final = "probe.invalid"
"""Their email addresses end so: nothing is ever delivered there (RFC 2606, section 2)."""


def new_synthetic_id() -> str:
    """An id for somebody, or something, that does not exist."""
    return new_id(MARK)


def is_synthetic(id_: str) -> bool:
    """Whether this is the id of a person or a device that a probe made."""
    return id_.startswith(_BEGINS)


def is_of_probe(actor: str, subject: str = "", device: str = "", door: str = "") -> bool:
    """Whether what happened is a probe's doing: it did it, or asked at `door`, or the server did it to one. What a
    person of the company does to one is theirs.
    """
    if actor:
        return is_synthetic(actor)
    return door == DOOR or is_synthetic(subject) or is_synthetic(device)
