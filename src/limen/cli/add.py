"""`limen add app`: an app, protected and reachable, without reading Cedar."""

from __future__ import annotations

import asyncio
import difflib
import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from limen.cli import apply
from limen.cli.open_company import has_database, opened
from limen.cli.options import Folder, Json
from limen.cli.output import at
from limen.cli.saml_metadata import read_provider
from limen.clock import SystemClock
from limen.company import store
from limen.company.add_app import Added, NewApp, add_app
from limen.company.company import Company
from limen.company.load import load_company
from limen.company.onboarding import written_until
from limen.company.upstream_section import upstream_complaint
from limen.enforcement.probe import UNKNOWN, Found, probe
from limen.errors import LimenError


def run(
    what: Annotated[str, typer.Argument(metavar="app", help="What to add: app")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its short name: lowercase letters, digits and -")],
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            help="Where it runs: scheme, host and port; with --redirect-uri or --metadata, where people open it",
        ),
    ],
    folder: Folder = Path(),
    *,
    groups: Annotated[list[str] | None, typer.Option("--for", help="A group that gets access; can be repeated")] = None,
    label: Annotated[str, typer.Option(help="public, internal, confidential or restricted")] = "internal",
    title: Annotated[str, typer.Option("--name", help="Display name")] = "",
    host: Annotated[str, typer.Option(help="Its host (default: NAME in the company's domain)")] = "",
    owner: Annotated[str, typer.Option(help="The group that owns it")] = "",
    metadata: Annotated[
        str, typer.Option(help="Its SAML metadata, as a file or an https address: the app then signs people in by SAML")
    ] = "",
    redirect_uri: Annotated[
        str, typer.Option(help="Where people return with a code: the app then signs people in by OpenID Connect")
    ] = "",
    no_probe: Annotated[bool, typer.Option("--no-probe", help="Add it without checking whether it responds")] = False,
    enforce: Annotated[bool, typer.Option("--enforce", help="Enforce policies at once, without onboarding")] = False,
    message: Annotated[str, typer.Option("-m", "--publish", help="Also publish it, with this reason in one line")] = "",
    as_json: Json = False,
) -> None:
    if what != "app":
        raise LimenError(
            "only apps can be added", "write `limen add app NAME URL --for GROUP`; a group is a line in limen.toml"
        )
    company = load_company(folder)
    if metadata and redirect_uri:
        raise LimenError("an app signs people in by one protocol", "leave out --redirect-uri or --metadata")
    provider = read_provider(metadata) if metadata else None
    is_behind = provider is None and not redirect_uri
    if is_behind:
        _refuse_url(url)
    asked = NewApp(
        name, url, tuple(dict.fromkeys(groups or [])), UNKNOWN.actions, title, label, host, owner,
        is_onboarding=not enforce, redirect_uri=redirect_uri, saml=provider,
    )  # fmt: skip
    done, found = add_app(company, asked, SystemClock().now()), None  # a wrong word is said before anybody is asked
    if not no_probe and is_behind:
        found = _probed(url)
        kind = found.kind
        asked = replace(asked, actions=kind.actions, name=title or kind.name, start=kind.start)
        done = add_app(company, asked, SystemClock().now())
    if as_json:
        print(json.dumps(_plain(done, name, found)))
    else:
        print(_text(company, done, name, found))
    for file, text in done.changed.items():
        target = folder / file
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, "utf-8")
    if message:
        apply.run(folder, message=message)
    elif not as_json:
        print(_what_next(company, folder))
    if not as_json and message:
        print(f'To undo it: `limen revert{at(folder)} -m "why"`, which goes back to the previous revision.')


def _what_next(company: Company, folder: Path) -> str:
    """How what was written comes into force: before the first start the server publishes the folder by itself."""
    is_published = False
    if has_database(folder, company.settings):
        with opened(folder, company.settings) as here:
            is_published = here.database.read(store.newest) is not None
    if is_published:
        return (
            f"Nothing is published yet. Check with `limen plan{at(folder)}`, then run `limen "
            f'apply{at(folder)} -m "why"`.'
        )
    return (
        f"Nothing is published yet. Check with `limen check{at(folder)}`; `limen serve{at(folder)}` publishes the "
        "folder when it first starts."
    )


def _refuse_url(url: str) -> None:
    complaint = upstream_complaint(url)
    if complaint:
        raise LimenError(*complaint)


def _probed(url: str) -> Found:
    try:
        return asyncio.run(probe(url))
    except LimenError as error:
        raise LimenError(error.what, f"{error.fix}; or add it anyway with --no-probe") from None


def _plain(done: Added, name: str, found: Found | None) -> dict[str, object]:
    app = done.company.all_apps[name]
    return {
        "app": app.id,
        "host": app.host,
        "protocol": "oidc" if app.oidc else "saml" if app.saml else "gateway",
        "label": app.label.word,
        "kind": found.kind.name if found else "",
        "answered": found.status if found else 0,
        "unencrypted": bool(found and found.is_plain),
        "onboarding_until": app.onboarding_until,
        "files": list(done.changed),
        "permitted_by": {group: list(policies) for group, policies in done.permitted.items()},
        "also_permitted_by": {group: list(policies) for group, policies in done.others.items()},
    }


def _text(company: Company, done: Added, name: str, found: Found | None) -> str:
    app, zone = done.company.all_apps[name], company.settings.zone
    lines: list[str] = []
    for file, text in done.changed.items():
        before = company.files.get(file, "").splitlines()
        lines += difflib.unified_diff(before, text.splitlines(), file, file, lineterm="", n=1)
    lines.append("")
    if found is not None:
        lines.append(f"{app.name} answers{f' and is {found.kind.name}' if found.kind.name else ''}.")
        if found.is_plain:
            lines.append(
                "The connection is not encrypted: anyone on the network path can read it. Set up https for the app."
            )
    for group, policies in done.permitted.items():
        said = f"already has access through {', '.join(policies)}" if policies else "gets its own policy"
        lines.append(f"The group {group} {said}.")
    for group, policies in done.others.items():
        said = f"also has access, for its label {app.label.word}, through {', '.join(policies)}"
        lines.append(f"The group {group} {said}.")
    if not done.permitted and not done.others:
        lines.append("No group has access yet; name one with --for.")
    origin = company.settings.public_url
    if app.oidc is not None:
        lines += ["", f"Give this to {app.name}:", f"  issuer         {origin}"]
        lines += [
            f"  discovery      {origin}/.well-known/openid-configuration",
            f"  client ID      {app.id}",
            f"  client secret  once it is published: limen client-secret {app.id}",
            f"  scopes         {' '.join(app.oidc.scopes)}",
            "  PKCE           S256, always",
            *(f"  redirect URI   {uri}" for uri in app.oidc.redirect_uris),
        ]
    if app.saml is not None:
        lines += ["", f"Give this to {app.name}:", f"  metadata, and entity ID   {origin}/saml/metadata"]
        lines += [
            f"  single sign-on            {origin}/saml/sign-in",
            f"  single logout             {origin}/saml/sign-out",
        ]
        if app.saml.encryption_certificate and not app.saml.is_encrypted:
            lines.append(
                "Assertions are signed and not encrypted: its metadata name no algorithm that Limen encrypts with."
            )
    if app.onboarding_until:
        until = written_until(app.onboarding_until, zone)
        lines.append(
            f"It is in onboarding until {until}: everyone who is signed in gets in, and would-be refusals are counted."
        )
    return "\n".join(lines)
