"""`limen keys`: the keys that Limen signs with for apps, listed, renewed early, or all discarded."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli.open_company import opened
from limen.cli.options import JsonLines, LastFolder, Yes, refuse_other_task, word_and_folder
from limen.cli.output import print_rows
from limen.clock import SystemClock
from limen.company.publish import SERVER
from limen.errors import LimenError
from limen.messages import times
from limen.sso import signing_keys
from limen.sso.oidc import keys as oidc
from limen.sso.saml import keys as saml
from limen.sso.signing_keys import LONGEST_WAIT_DAYS, PROTOCOLS, ShownKey

TASKS: Final = ("list", "renew", "discard")
_NAMES: Final = {"oidc": "OpenID Connect", "saml": "SAML"}


def run(
    task: Annotated[str, typer.Argument(metavar="[TASK]", help="list, renew or discard")] = "list",
    folder: LastFolder = Path(),
    *,
    protocol: Annotated[str, typer.Option(help="With renew and discard: oidc or saml")] = "",
    days: Annotated[
        int, typer.Option(min=0, max=LONGEST_WAIT_DAYS, help="With renew, by SAML: days until the next key signs")
    ] = 30,
    yes: Yes = False,
    as_json: JsonLines = False,
) -> None:
    """When this returns, every running worker has taken over what changed."""
    task, folder = word_and_folder(task, folder)
    task = task or "list"
    refuse_other_task("keys", task, TASKS)
    if (task == "list") is bool(protocol) or (protocol and protocol not in PROTOCOLS):
        raise LimenError(
            f"`limen keys {task}` takes {'no --protocol' if task == 'list' else '--protocol oidc or --protocol saml'}",
            "the keys of each protocol change by themselves",
        )
    now = SystemClock().now()
    with opened(folder) as here:
        name, keyring = here.settings.name, here.keyring()
        if task == "renew":
            is_made = here.database.write(lambda t: signing_keys.renew(t, keyring, protocol, now, days, name, SERVER))
            print("The next key is published." if is_made else "The next key waits already: nothing was made.")
        elif task == "discard" and not yes:
            print(f"This removes every key of {_NAMES[protocol]} and makes one that signs at once. {_EFFECT[protocol]}")
            print("Nothing was changed. Add --yes to do it.")
        elif task == "discard":
            here.database.write(lambda t: signing_keys.discard(t, keyring, protocol, now, name, SERVER))
            print(f"The old keys are gone, and a new one signs. {_EFFECT[protocol]}")
        own = here.database.write(lambda t: oidc.kept_keys(t, keyring, now))
        certified = here.database.write(lambda t: saml.kept_keys(t, keyring, now, name))
        zone = here.settings.zone
    if task == "list" or as_json:
        print_rows(
            signing_keys.shown(own, certified, now),
            lambda one: _text(one, zone),
            lambda one: {
                "protocol": one.protocol,
                "key": one.id,
                "algorithm": one.algorithm,
                "state": one.state,
                "made_at": one.made_at,
                "signs_at": one.signs_at,
                "until": one.until,
            },
            "There are no keys yet.",
            as_json=as_json,
        )


_EFFECT: Final = {
    "oidc": "Access tokens that were issued no longer work; apps get new ones with their next refresh.",
    "saml": "Every app refuses sign-ins until it has the new certificate: the console shows it.",
}


def _text(key: ShownKey, zone: tzinfo) -> str:
    said = {
        "signs": "signs now",
        "next": f"signs from {times.date(key.signs_at, zone)} on",
        "before": f"signed before, published until {times.date(key.until, zone)}",
    }[key.state]
    following = f"; the next one {times.date(key.until, zone)}" if key.state == "signs" and key.until else ""
    return f"{_NAMES[key.protocol]}: {key.id} ({key.algorithm}), {said}{following}"
