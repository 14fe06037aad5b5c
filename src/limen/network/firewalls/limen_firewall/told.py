"""What Limen told this firewall, as it is kept here."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from limen.following.program.kept import Wrong, write
from limen.network.firewalls.limen_firewall.places import KEPT, STATES
from limen.network.firewalls.limen_firewall.rulesets import Ruleset

MOST_OPENINGS = 20_000


def taken_over(answer: dict[str, Any], *, is_first: bool = False) -> dict[str, Any]:
    """The state, where Limen signed it; its rulesets are kept. Raises Wrong for any other, an older one, or
    another's.
    """
    said = STATES.read(answer, is_first=is_first)
    keep_whole(said, answer)
    return said


def keep_whole(said: dict[str, Any], answer: dict[str, Any]) -> None:
    """Keep a state that was read, with its keys and rulesets. Raises Wrong for one that can't be, and OSError where
    there is no room.
    """
    if len(said["openings"]) > MOST_OPENINGS:
        raise Wrong("more is open for a while than there may be")
    STATES.trust(said)
    wanted = {said["ruleset"], (said["change"] or {}).get("digest", "")} - {""}
    for digest, ruleset in answer.get("rulesets", {}).items():
        if digest in wanted and hashlib.sha256(ruleset.encode()).hexdigest() == digest:
            write(ruleset_file(digest), ruleset)
    missing = [digest for digest in wanted if not ruleset_file(digest).exists()]
    if missing:
        raise Wrong("Limen's answer lacks the ruleset that its state names")
    STATES.keep(said)


def confirmed() -> Ruleset | None:
    """What a person, or Limen's own check, has confirmed last; None: nothing yet."""
    digest = KEPT.read("confirmed").get("digest", "")
    return kept_ruleset(digest) if digest else None


def kept_ruleset(digest: str) -> Ruleset:
    """Raises Wrong where it is not as Limen sent it: then it is gone, so that it is sent again."""
    path = ruleset_file(digest)
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        path.unlink()
        raise Wrong("a ruleset that is kept here is not the one that Limen sent")
    return Ruleset(data.decode())


def ruleset_file(digest: str) -> Path:
    """Where the ruleset of this SHA-256 is kept."""
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise Wrong("not the digest of a ruleset")
    return KEPT.path("rulesets") / digest
