"""Sealed files: the recovery keys are there, new keys can be protected, and no backup holds what was destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.clock import DAY, Instant
from limen.data.sealing import store
from limen.data.sealing.age_keys import Recipient
from limen.data.sealing.key_providers.provider import provider_of
from limen.data.sealing.sealing_keys import RECOVERY_KEYS
from limen.data.sealing.store import SealingKey
from limen.data.settings import DataSettings, SealingSettings
from limen.doctor.in_thread import aside
from limen.doctor.setup import Setup
from limen.errors import LimenError
from limen.facts import Label
from limen.finding import Finding, State
from limen.settings import SECTIONS

NAME: Final = "sealing"
_WHERE: Final = "limen.toml"


async def sealing(setup: Setup) -> list[Finding]:
    """It reads the settings and the database; it opens no key and asks no token."""
    if DataSettings not in SECTIONS.values():
        return [Finding(NAME, State.SKIPPED, "this Limen seals no files", where=_WHERE)]
    said, now = setup.settings.section(DataSettings).sealing, setup.outside.now()
    keys = await aside(lambda: _keys(setup))
    if not keys and not said.recovery:
        return [Finding(NAME, State.SKIPPED, "no file was sealed yet", "`limen seal recovery-key` begins", _WHERE)]
    found = [*_settings(said, keys), *_destroyed(keys, setup.settings.backup.keep, now)]
    return found or [Finding(NAME, State.OK, "files are sealed for keys that recovery keys stand beside", where=_WHERE)]


def _settings(said: SealingSettings, keys: list[SealingKey]) -> Iterator[Finding]:
    try:
        recovery = {Recipient.read(text) for text in said.recovery}
        provider_of(said.keys)
    except LimenError as error:
        yield Finding(NAME, State.WRONG, error.what, error.fix, _WHERE)
        return
    needed = max((RECOVERY_KEYS.get(key.label, 1) for key in keys), default=1)
    if len(recovery) < needed:
        what = f"there are {len(recovery)} recovery keys, and sealing needs {needed}"
        yield Finding(
            NAME, State.WARNING, what, "run `limen seal recovery-key`, add what it prints, and restart Limen", _WHERE
        )


def _destroyed(keys: list[SealingKey], keep: int, now: Instant) -> Iterator[Finding]:
    """A key that only Limen's database held comes back with a backup from before."""
    for key in keys:
        what = f"keys for {_of(key)}"
        if key.shred_at and not key.shredded_at and key.shred_at < now - DAY:
            fix = "start Limen; where their provider is away, bring it back"
            yield Finding(NAME, State.WARNING, f"{what} should be destroyed by now", fix, key.id)
        if key.shredded_at and key.provider == "database" and now < key.shredded_at + keep * DAY:
            fix = "delete backups from before, and their copies elsewhere; or keep keys in files or a token"
            yield Finding(NAME, State.WARNING, f"{what} were destroyed, and backups from before hold them", fix, key.id)


def _of(key: SealingKey) -> str:
    return f"{Label(key.label).word} files of {key.period}"


def _keys(setup: Setup) -> list[SealingKey]:
    return setup.kept(lambda s: store.every(s.connection), []) or []
