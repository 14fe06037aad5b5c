"""`limen front-config`: the config of nginx, Caddy or Envoy for this company's apps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from limen.cli.options import LastFolder, refuse_unknown
from limen.company.load import load_company
from limen.front.config.guarded import guarded
from limen.front.config.render import TEMPLATES, front_config


def run(
    front: Annotated[str, typer.Argument(metavar="FRONT", help="nginx, caddy or envoy")],
    folder: LastFolder = Path(),
    *,
    certificate: Annotated[str, typer.Option(metavar="FILE", help="The certificate, on the front's machine")] = "",
    authority: Annotated[
        str, typer.Option(metavar="FILE", help="What `limen device authority` prints, on the front's machine")
    ] = "",
    key: Annotated[str, typer.Option(metavar="FILE", help="Its private key")] = "",
) -> None:
    refuse_unknown("front", [front], TEMPLATES)
    company = load_company(folder)
    print(
        front_config(
            front, guarded(company.settings, company.apps, certificate=certificate, key=key, authority=authority)
        ),
        end="",
    )
