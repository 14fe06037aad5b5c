"""`limen data recipe`, `quarantine` and `shares`: what a proxy, mail or file server is told; what was taken out of
shares, and the way back; and looking at what lies there already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from limen.cli.open_company import opened
from limen.cli.options import MisusedError, company_folder
from limen.cli.output import print_rows
from limen.clock import SystemClock, to_iso
from limen.company.authors import SERVER
from limen.company.load import load_settings
from limen.company.places import data_folder
from limen.data.doors import looking_anew, recipes
from limen.data.doors.kinds import DELETED, RELEASED
from limen.data.doors.quarantine import Kept, Quarantine
from limen.data.doors.services import quarantine_folder, user_of
from limen.data.settings import DataSettings
from limen.errors import LimenError
from limen.events import Event
from limen.storage import Transaction

RECIPES: Final = ("squid", "postfix", "samba")


def run(task: str, words: list[str], company: Path | None, *, as_json: bool) -> None:
    """`recipe PROGRAM`; `quarantine` lists what was taken, `quarantine release ID` puts one back; `shares look` has the
    server look at what lies on shares already.
    """
    _refuse_other_words(task, words)
    root = company_folder(company)
    if task == "recipe":
        _recipe(words[0], root)
    elif task == "shares":
        _look_anew(words[1:], root)
    else:
        _quarantine(words, root, as_json=as_json)


def _refuse_other_words(task: str, words: list[str]) -> None:
    if task == "recipe" and (len(words) != 1 or words[0] not in RECIPES):
        raise MisusedError(f"`limen data recipe` takes one of {', '.join(RECIPES)}")
    if task == "shares" and words[:1] != ["look"]:
        raise MisusedError("It is `limen data shares look`, or `limen data shares look SHARE …`")
    is_one = len(words) == 2 and words[0] in {"release", "delete"}
    if task == "quarantine" and words not in ([], ["list"]) and not is_one:
        raise MisusedError("It is `limen data quarantine list`, `… release ID` or `… delete ID`")


def _recipe(program: str, root: Path) -> None:
    whole = load_settings(root)
    settings, own = whole.section(DataSettings), urlsplit(whole.public_url).hostname or ""
    if program == "squid":
        text = recipes.squid(_reached(settings.icap, "icap", own), is_encrypted=settings.icap_certificate is not None)
    elif program == "postfix":
        text = recipes.postfix(_reached(settings.milter, "milter", own))
    else:
        log = settings.samba_log or Path("/var/log/limen-samba.log")
        user = user_of(data_folder(root, whole).stat().st_uid) if data_folder(root, whole).is_dir() else ""
        rsyslog = recipes.rsyslog(str(log), user or "limen")
        text = f"{recipes.samba()}\n# /etc/rsyslog.d/limen-samba.conf\n{rsyslog}"
    print(text, end="")


def _look_anew(names: list[str], root: Path) -> None:
    whole = load_settings(root)
    known = whole.section(DataSettings).shares
    for name in names:
        if name not in known:
            raise LimenError(f"there is no share {name[:80]}", "name it by `shares` under [data] in limen.toml")
    names = names or sorted(known)
    if not names:
        raise LimenError("no share is watched", "name one by `shares` under [data] in limen.toml")
    looking_anew.ask(data_folder(root, whole), names)
    print(f"Limen looks at every file of {', '.join(names)} now, where it runs, else when it starts.")


def _quarantine(words: list[str], root: Path, *, as_json: bool) -> None:
    settings = _settings(root)
    kept = Quarantine(quarantine_folder(settings, root, root / load_settings(root).storage.data))
    if len(words) == 2:
        one = kept.find(words[1])
        if one is None:
            raise LimenError(f"nothing is kept by the ID {words[1]}", "`limen data quarantine list` says what is")
        _release(kept, settings, root, one) if words[0] == "release" else _delete(kept, root, one)
        return
    print_rows(
        kept.all(),
        lambda one: f"{one.id}  {to_iso(one.at)}  {one.share}/{one.path}  {', '.join(one.rules)}",
        lambda one: asdict(one) | {"at": to_iso(one.at)},
        "Nothing was taken out of a share. Shares are named under [data] in limen.toml.",
        as_json=as_json,
    )


def _release(kept: Quarantine, settings: DataSettings, root: Path, one: Kept) -> None:
    share = settings.shares.get(one.share)
    if share is None:
        raise LimenError(f"{one.share} is no share any more", "name it under [data] in limen.toml")
    path = _recorded(root, RELEASED.name, one, lambda: kept.release(one, root / share, SystemClock().now()))
    print(f"Put back as {one.share}/{path}. As it is now it is not taken again for a year;")
    print("`limen data exceptions end` ends that sooner.")


def _delete(kept: Quarantine, root: Path, one: Kept) -> None:
    def work() -> str:
        try:
            kept.delete(one)
        except OSError as error:
            raise LimenError(f"{one.id} can't be deleted: {error.strerror}", "run it as Limen's user") from None
        return one.path

    print(f"Deleted {one.share}/{_recorded(root, DELETED.name, one, work)} for good.")


def _recorded(root: Path, kind: str, one: Kept, work: Callable[[], str]) -> str:
    """Do it if, and only if, that is recorded."""
    told = {"share": one.share, "kept": one.id, "event": one.event}
    event = Event(at=SystemClock().now(), kind=kind, actor=SERVER, details={**told})

    def do(transaction: Transaction) -> str:
        transaction.say(event)
        return work()

    with opened(root) as company:
        return company.database.write(do)


def _settings(root: Path) -> DataSettings:
    return load_settings(root).section(DataSettings)


def _reached(address: str, name: str, own: str) -> str:
    """Where others reach what listens at this address: by the name of this Limen, where it listens everywhere."""
    if not address:
        raise LimenError(f"`{name}` is not set", f"say under [data] in limen.toml where Limen listens: {name} = …")
    host, _, port = address.rpartition(":")
    return f"{own}:{port}" if ip_address(host.strip("[]")).is_unspecified else address
