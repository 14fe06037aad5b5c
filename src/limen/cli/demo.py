"""`limen demo`: the example company Harbor, live; `--once` goes through a scripted day and holds it to its tests."""

from __future__ import annotations

import json
import signal
import sys
from typing import Annotated

import typer


def run(
    *,
    once: Annotated[bool, typer.Option("--once", help="Go through one scripted day and end")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --once: one line, a list of objects")] = False,
) -> None:
    import uvloop

    from limen.errors import LimenError

    if as_json and not once:
        raise LimenError("`--json` goes with `--once`", "try `limen demo --once --json`")
    # Whoever ends it otherwise than by Ctrl-C (a service manager, a closed container) finds nothing left behind either.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    if once:
        sys.exit(uvloop.run(_one_day(as_json=as_json)))
    try:
        uvloop.run(_live())
    except KeyboardInterrupt:
        print("\nHarbor has closed for today.")


async def _one_day(*, as_json: bool) -> int:
    """0 if each answer is what the company's policy tests say."""
    from limen.demo.day import live_through

    asked = []
    async for one in live_through():
        asked.append(one)
        if not as_json:
            mark = "✓" if one.is_as_expected else "✗"
            print(f"{mark} {one.at}  {one.who} asks {one.app} for {one.method} {one.path} ({one.action})")
            print(
                f"         {one.effect}, because of {', '.join(one.reasons)}; decided in {one.microseconds:.1f} µs",
                flush=True,
            )
    wrong = [one for one in asked if not one.is_as_expected]
    if as_json:
        print(json.dumps([one.as_json() for one in asked], ensure_ascii=False))
    else:
        print(f"\n{len(asked)} requests, {len(asked) - len(wrong)} answered as Harbor's policy tests say.")
        for one in wrong:
            print(f"Expected {one.expected}, got {one.effect}: {one.at} {one.who} {one.app} {one.method} {one.path}")
    return 1 if wrong or not asked else 0


async def _live() -> None:
    import asyncio
    import random
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from limen.clock import SystemClock
    from limen.demo.harbor import PORT, copy_to, read_day
    from limen.demo.live import go_about, invite_the_visitor
    from limen.demo.town import settled_town

    print("Harbor opens: 24 people enrol …", flush=True)
    with TemporaryDirectory(prefix="harbor-") as folder:
        root = Path(folder)
        ports = copy_to(root, prefer_usual_ports=True)
        if ports[PORT] != PORT:
            print(f"Port {PORT} is taken on this machine, so Harbor is at port {ports[PORT]} today.", flush=True)
        async with settled_town(root, SystemClock()) as town:
            link = await invite_the_visitor(town)
            home = town.limen.settings.public_url
            print(
                f"\nHarbor's people are at work. Join them as an administrator; this link works once:\n\n  {link.url}\n"
            )
            print(f"Then look at {home}/console/decisions, and open {town.url('payroll', '/')}")
            print("End it with Ctrl-C. Nothing stays behind.", flush=True)
            chance = random.Random()  # noqa: S311 -- who does what next is no secret
            await asyncio.gather(*(go_about(town, read_day(root), chance) for _ in range(2)))
