"""Runs all examinations at once; one that fails or takes long does not affect the others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

from limen.declared import Declared
from limen.doctor.certificates import served
from limen.doctor.clock import clock
from limen.doctor.database import database
from limen.doctor.directories import directories
from limen.doctor.disk import disk
from limen.doctor.environment import Environment
from limen.doctor.folder import folder
from limen.doctor.in_thread import aside
from limen.doctor.issuers import issuers
from limen.doctor.keys import keys
from limen.doctor.listening import listening
from limen.doctor.machine import this_machine
from limen.doctor.mail import mail
from limen.doctor.names import names
from limen.doctor.networks import networks
from limen.doctor.places import places
from limen.doctor.provisioning import provisioning
from limen.doctor.sealing import sealing
from limen.doctor.setup import Setup, setup_in
from limen.doctor.signals import signals
from limen.doctor.ssh_hosts import ssh_hosts
from limen.doctor.transit import transit
from limen.doctor.transmitters import transmitters
from limen.doctor.trusted_proxies import hops
from limen.doctor.upstreams import upstreams
from limen.doctor.watching import watching
from limen.errors import LimenError
from limen.finding import Finding, State, by_weight, shown_safely
from limen.pillar import Installation
from limen.pillars import pillars

SECONDS: Final = 14.0
"""How long all examinations may take together."""
MOST_FINDINGS: Final = 2_000

Examination = Callable[[Setup], Awaitable[list[Finding]]]
Told = Callable[[str], None]

EXAMINATIONS: Final[dict[str, Examination]] = {
    "folder": folder,
    "names": names,
    "ports": listening,
    "certificate": served,
    "front": hops,
    "apps": upstreams,
    "in transit": transit,
    "sign-in services": issuers,
    "clock": clock,
    "database": database,
    "keyring": keys,
    "mail": mail,
    "disk": disk,
    "places": places,
    "networks": networks,
    "watching": watching,
    "directories": directories,
    "accounts at apps": provisioning,
    "signals of others": transmitters,
    "shared signals": signals,
    "ssh hosts": ssh_hosts,
    "sealing": sealing,
}
"""By their names, as findings carry them."""

_log = logging.getLogger(__name__)


async def examine(
    root: Path, told: Told = lambda _name: None, outside: Environment | None = None
) -> tuple[Finding, ...]:
    """Everything that is found in the company folder `root` and around it, what is wrong first.

    `told` hears each examination's name when it has ended. It takes 15 seconds at most, and raises nothing.
    """
    try:
        setup = await aside(lambda: setup_in(root, outside or this_machine()))
    except LimenError as error:
        return (shown_safely(Finding("folder", State.WRONG, error.what, error.fix, str(root))),)
    return await examine_setup(setup, told)


async def examine_setup(setup: Setup, told: Told = lambda _name: None, seconds: float = SECONDS) -> tuple[Finding, ...]:
    """`examine` for a set-up that is read already."""
    ends_at = asyncio.get_running_loop().time() + seconds
    try:
        each = await asyncio.gather(*(_run(setup, *one, told, ends_at) for one in examinations().items()))
    finally:
        setup.close()
    found = [shown_safely(one) for findings in each for one in findings]
    return by_weight(found)[:MOST_FINDINGS]


def examinations() -> Mapping[str, Examination]:
    """Limen's own, and those that the parts in use bring. Raises `ClaimedTwiceError`."""
    every = Declared("examination", EXAMINATIONS)
    every.compose(
        {
            pillar.name: {name: _of_part(examination) for name, examination in pillar.examinations.items()}
            for pillar in pillars()
        }
    )
    return every


def _of_part(examination: Callable[[Installation], Awaitable[list[Finding]]]) -> Examination:
    return lambda setup: examination(Installation(setup.root, setup.settings))


async def _run(setup: Setup, name: str, examination: Examination, told: Told, ends_at: float) -> list[Finding]:
    try:
        async with asyncio.timeout_at(ends_at):
            return await examination(setup)
    except TimeoutError:
        what = "this check took too long and was stopped"
        return [Finding(name, State.SKIPPED, what, "try again when the machine and its network are less busy")]
    except Exception as error:  # noqa: BLE001 -- one that fails must not hide what the others find
        _log.exception("the check %s failed", name)
        what = f"this check failed: {type(error).__name__}"
        return [Finding(name, State.SKIPPED, what, "report it along with the log")]
    finally:
        told(name)
