"""`limen workload-key`: public keys by which workloads get tokens, added, listed and removed on the server."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli.open_company import opened
from limen.cli.options import LastFolder, refuse_other_task, word_and_folder
from limen.cli.output import print_rows
from limen.clock import Instant, SystemClock
from limen.company.publish import SERVER
from limen.errors import LimenError
from limen.identity import tokens, workloads
from limen.messages import times
from limen.sso.oidc import workload_keys, workload_store
from limen.sso.oidc.public_keys import LONGEST, PublicKey, read_text
from limen.sso.oidc.workload_sign_in import gateway_token_name
from limen.sso.oidc.workload_store import WorkloadKey
from limen.storage import Snapshot, Transaction

TASKS: Final = ("add", "list", "remove")


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="add, list or remove")],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="The workload's name")] = "",
    folder: LastFolder = Path(),
    *,
    key: Annotated[
        str, typer.Option(help="With add: the file with its public key, PEM or JWK; with remove: its ID")
    ] = "",
    days: Annotated[int, typer.Option(help="With add: how many days the key is valid")] = 365,
    as_json: Annotated[bool, typer.Option("--json", help="With list: print one JSON object per line")] = False,
) -> None:
    refuse_other_task("workload-key", task, TASKS)
    name, folder = word_and_folder(name, folder)
    if bool(name) is (task == "list"):
        raise LimenError(
            f"`limen workload-key {task}` takes {'no' if name else 'a'} name", f"see `limen workload-key {task}`"
        )
    if bool(key) is (task == "list"):
        raise LimenError(f"`limen workload-key {task}` takes {'no' if key else 'a'} key", "add --key, or leave it out")
    public, now = _read(Path(key)) if task == "add" else None, SystemClock().now()
    with opened(folder, may_make=True) as here:
        if task == "list":
            _list(*here.database.read(_held), now, here.settings.zone, as_json=as_json)
        elif public is not None:
            workload_id, added = here.database.write(lambda transaction: _add(transaction, name, public, days, now))
            _show(name, workload_id, added, here.settings.public_url, here.settings.zone)
        else:
            here.database.write(lambda transaction: _remove(transaction, name, key, now))
            print(f"{name} can no longer use this key, and what was issued for it no longer works.")


def _add(transaction: Transaction, name: str, public: PublicKey, days: int, now: Instant) -> tuple[str, WorkloadKey]:
    workload_id = workloads.active(transaction, name).id
    return workload_id, workload_keys.add(transaction, workload_id, public, days, now, by=SERVER)


def _remove(transaction: Transaction, name: str, named: str, now: Instant) -> None:
    workload_id = workloads.active(transaction, name).id
    removed = workload_keys.remove(transaction, workload_id, named, now, by=SERVER)
    tokens.end_of_key(transaction, workload_id, gateway_token_name(removed.thumbprint), now, by=SERVER)


def _held(snapshot: Snapshot) -> tuple[list[WorkloadKey], Mapping[str, str]]:
    names = {one.workload.id: one.workload.name for one in workloads.listed(snapshot)}
    return workload_store.keys_of(snapshot.connection), names


def _read(path: Path) -> PublicKey:
    try:
        with path.open(encoding="ascii") as file:
            return read_text(file.read(2 * LONGEST + 1))
    except (OSError, UnicodeDecodeError):
        raise LimenError(f"{path} can't be read as a public key", "name a PEM or JWK file with --key") from None


def _show(name: str, workload_id: str, key: WorkloadKey, issuer: str, zone: tzinfo) -> None:
    print(f"{name} can get tokens with this key until {times.date(key.until, zone)}:\n")
    print(f"  token endpoint  {issuer}/oidc/token")
    print(f"  client ID       {workload_id}")
    print("  authentication  private_key_jwt")
    print(f"  algorithm       {key.key.algorithm}")
    print(f"  key ID          {key.name}")
    print("\nIt names the app it needs by its address in apps.yaml, as `resource`. Policies decide each token.")


def _list(held: list[WorkloadKey], names: Mapping[str, str], now: Instant, zone: tzinfo, *, as_json: bool) -> None:
    def plain(one: WorkloadKey) -> dict[str, object]:
        found = {"workload": names.get(one.workload_id, ""), "client_id": one.workload_id, "key": one.name}
        return {**found, "algorithm": one.key.algorithm, "added_at": one.added_at, "expires_at": one.until}

    def text(one: WorkloadKey) -> str:
        said = f"{names.get(one.workload_id, one.workload_id)}: {one.name} ({one.key.algorithm})"
        return f"{said}, expired" if one.until <= now else f"{said}, valid until {times.date(one.until, zone)}"

    nothing = "There are no keys yet. Add one with `limen workload-key add NAME --key FILE`."
    print_rows(held, text, plain, nothing, as_json=as_json)
