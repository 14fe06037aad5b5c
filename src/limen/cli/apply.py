"""`limen apply`: publish the folder. A running server switches to the new revision by itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from limen.cli.open_company import Opened, opened
from limen.cli.options import Folder, Message
from limen.cli.output import progress
from limen.cli.plan import predicted
from limen.clock import SystemClock
from limen.company import store
from limen.company.company import Company
from limen.company.load import load_company
from limen.company.origin import note_origin
from limen.company.places import break_glass_file, own_chain
from limen.company.publish import SERVER, earlier, publish
from limen.errors import LimenError
from limen.network.model import FILE
from limen.storage.break_glass import BreakGlass, rehearse
from limen.storage.journal.emergency import EMERGENCY_FILE, EmergencySegment


def run(
    folder: Folder = Path(),
    *,
    message: Message,
) -> None:
    company = load_company(folder)
    with opened(folder, company.settings, may_make=True) as here:
        before = here.database.read(store.newest)
        effect = _effect(here, company, before.id if before else "")
        now = SystemClock().now()
        with progress("Looking a week ahead") as ahead:
            revision = publish(
                here.database, company, SERVER, message, now, expected=here.origin, effect=effect, ahead=ahead
            )
        note_origin(folder, here.settings, revision.id)
        way_back = _way_back(here)
        has_older_rules = _is_new_to_firewalls(here, company, before.id if before else "")
    name = revision.id[:12]
    if before is not None and before.seq == revision.seq:
        print(f"Nothing changed: revision {name} is already in force; the message is ignored.")
    elif before is not None and before.id == revision.id:
        print(f"Revision {name} stays in force; its new text is stored: {revision.reason}")
    else:
        print(f"Revision {name} is in force: {revision.reason}")
    if has_older_rules:
        print("Firewalls keep the rules that they have: `limen firewall list` says which are to be sent new ones.")
    if way_back:
        print(f"limen apply: break-glass would not work right now: {way_back}", file=sys.stderr)


def _is_new_to_firewalls(here: Opened, company: Company, before: str) -> bool:
    """Whether network.yaml says something else than before, and there are firewalls, which nobody tells by itself."""
    file = company.parts.get(FILE)
    if not before or file is None or not file.network.firewalls:
        return False
    was = earlier(here.database, before).parts.get(FILE)
    return was is None or was.network != file.network


def _way_back(here: Opened) -> str:
    """What keeps break-glass from working, which is rehearsed at every publication; "" where all is well."""
    emergency = here.journal / own_chain(here.root, here.settings) / EMERGENCY_FILE
    if not emergency.exists():
        return ""  # Limen has never run here: the first start makes it, or says why it can't
    try:
        keys = here.keyring().journal_keys
        rehearse(BreakGlass(break_glass_file(here.root, here.settings), keys), EmergencySegment(emergency, keys))
    except (LimenError, OSError) as error:
        return str(error)
    return ""


def _effect(here: Opened, company: Company, before: str) -> dict[str, Any]:
    """The predicted effect of the folder, kept beside the revision; {} where there is nothing to compare it with."""
    if before in {"", company.revision}:
        return {}
    return predicted(earlier(here.database, before), company, here).effect
