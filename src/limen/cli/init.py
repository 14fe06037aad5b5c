"""`limen init`: a company folder to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make; it must be empty or absent")],
    *,
    name: Annotated[str, typer.Option(help="The company's name")] = "Example",
    domain: Annotated[str, typer.Option(help="The domain in which each app gets a host")] = "example.localhost",
) -> None:
    from limen.company.begin import begin

    for written in begin(folder, name, domain):
        print(f"wrote {written}")
    print(f"\nNext: `limen check {folder}`, then `limen serve {folder}`.")
    print(
        "The handbook in apps.yaml is an example; something must answer for it on port 9001, "
        "such as `python3 -m http.server 9001 --bind 127.0.0.1`."
    )
