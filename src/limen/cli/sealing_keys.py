"""The tasks of `limen seal` on the server: the keys that files are sealed for, from the first one to their end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import typer

from limen.cli.open_company import Opened, opened
from limen.cli.options import MisusedError
from limen.cli.output import counted, print_rows, progress
from limen.clock import Instant, SystemClock
from limen.company.authors import SERVER
from limen.data.sealing import sealing_keys
from limen.data.sealing.age_keys import Recipient
from limen.data.sealing.key_providers.provider import provider_of
from limen.data.sealing.rotating import Outcome, Rotated, Rotation, sealed_below
from limen.data.sealing.sealer import Sealer
from limen.data.sealing.sealing_keys import Company
from limen.data.sealing.store import SealingKey
from limen.errors import LimenError
from limen.facts import Label
from limen.messages import times

TASKS: Final = ("recovery-key", "keys", "new-key", "shred", "keep")


def sealer(root: Path, label: Label, others: tuple[Recipient, ...]) -> Sealer:
    """What seals on the server, in nobody's name."""
    now = SystemClock().now()
    with opened(root) as here:
        company = _company(here)
        key = here.database.write(lambda transaction: sealing_keys.key_now(transaction, company, label, now, SERVER))
    return Sealer.of_server(company, key, others)


def show(root: Path, *, as_json: bool) -> None:
    with opened(root) as here:
        keys, zone = here.database.read(sealing_keys.every), here.settings.zone
    print_rows(
        keys,
        lambda key: (
            f"{key.label.word:12} {key.period:8} {key.id}  since {times.date(key.made_at, zone)}, "
            f"{key.provider.partition(':')[0]}, {_state(key)}"
        ),
        lambda key: {
            "key": key.id,
            "label": key.label.word,
            "period": key.period,
            "recipient": key.recipient,
            "recovery": list(key.recovery),
            "provider": key.provider.partition(":")[0],
            "made_at": key.made_at,
            "shred_at": key.shred_at,
            "shredded_at": key.shredded_at,
        },
        "No file was sealed yet, so there are no keys: the first one is made with the first file.",
        as_json=as_json,
    )


def new(root: Path, label: Label, period: str, *, as_json: bool) -> None:
    """The next key of a label and period; files that were sealed before come to it by `rotate`."""
    now = SystemClock().now()
    with opened(root) as here:
        company = _company(here)
        chosen = period or company.period(now)
        if period and not any(key.period == period for key in here.database.read(sealing_keys.every)):
            raise LimenError(f"nothing was sealed in {period[:20]!r}", "`limen seal keys` lists the periods")
        key = here.database.write(
            lambda transaction: sealing_keys.new_key(transaction, company, label, chosen, now, SERVER)
        )
    row = {"key": key.id, "label": label.word, "period": key.period}
    print(json.dumps(row) if as_json else f"{label.word} files of {key.period} are sealed for {key.id} from now on.")
    if not as_json:
        print("Bring those that were sealed before to it: `limen seal rotate DIR`")


def rotate(root: Path, folders: list[Path], *, as_json: bool) -> None:
    """Bring all sealed files in these folders to the newest keys. The exit status is 1 where one failed."""
    if not folders or not all(folder.is_dir() for folder in folders):
        raise MisusedError("`limen seal rotate` takes folders with sealed files")
    paths = [path for folder in folders for path in sealed_below(folder)]
    with opened(root) as here:
        rotation = Rotation(_company(here), here.database.read(sealing_keys.every))
    done: list[Rotated] = []
    with progress("Changing keys") as told:
        for one in rotation.rotate(paths):
            done.append(one)
            if told:
                told(len(done), len(paths))
    failed = [one for one in done if one.outcome is Outcome.FAILED]
    rotated = sum(one.outcome is Outcome.ROTATED for one in done)
    for one in failed:
        print(json.dumps({"file": str(one.path), "failed": one.why}) if as_json else f"{one.path}: {one.why}")
    if as_json:
        print(json.dumps({"files": len(done), "rotated": rotated, "failed": len(failed)}))
    else:
        print(f"{counted(len(done), 'sealed file')}: {rotated} brought to the newest key, {len(failed)} failed")
    if failed:
        raise typer.Exit(1)


def shred(root: Path, label: Label, period: str, *, only_older: bool, is_sure: bool) -> None:
    """Say what can't be read any more, and plan it where it `is_sure`."""
    now = SystemClock().now()
    with opened(root) as here:
        company, zone = _company(here), here.settings.zone
        every = [key for key in here.database.read(sealing_keys.every) if (key.label, key.period) == (label, period)]
        meant = [key for key in every[only_older:] if not key.shredded_at]
        if not meant:
            raise LimenError(f"there are no such keys for {label.word} files of {period[:20]}", "`limen seal keys`")
        at: Instant = 0
        if is_sure:
            planned = here.database.write(
                lambda transaction: sealing_keys.plan_shredding(
                    transaction, company, label, period, now, SERVER, only_older=only_older
                )
            )
            at = planned[0].shred_at
    for line in _statement(meant, label, period):
        print(line)
    if is_sure:
        print(f"From now on they open nothing. They are destroyed on {times.date(at, zone)}, while Limen runs.")
        print(f"Until then `limen seal keep --label {label.word} --period {period}` takes it back.")
    else:
        print("Nothing was changed. Add --yes to do it.")


def keep(root: Path, label: Label, period: str) -> None:
    now = SystemClock().now()
    with opened(root) as here:
        kept = here.database.write(lambda transaction: sealing_keys.keep(transaction, label, period, now, SERVER))
    print(f"{counted(len(kept), 'key')} for {label.word} files of {period} stay, and open files again.")


def _statement(keys: list[SealingKey], label: Label, period: str) -> list[str]:
    """What can't be read any more, and what could still read it."""
    lines = [f"This destroys {counted(len(keys), 'key')} for {label.word} files of {period}:"]
    lines += [f"  {key.id}" for key in keys]
    lines.append("No file that was sealed for them can be opened afterwards, wherever copies of it are, but for:")
    lines += [f"  whoever has the recovery key of {text}" for text in sealing_keys.still_opened_by(keys)]
    if not all(provider_of(key.provider).can_destroy for key in keys):
        lines.append("  whoever has a backup of Limen's database from before, and the master key: delete those backups")
    return lines


def _state(key: SealingKey) -> str:
    if key.shredded_at:
        return "destroyed"
    return "waits to be destroyed" if key.shred_at else "in use"


def _company(here: Opened) -> Company:
    return Company.of(here.settings, here.keyring())
