"""`limen demo`: the example company Harbor, live, or one of its stories; `--once` goes through a scripted day and holds
it to its tests.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from limen.cli.stop_signals import end_in_order
from limen.errors import LimenError

if TYPE_CHECKING:
    from limen.demo.open_demo import Opened

STORIES = ("attack",)
FIRST_PORT = 1_024
"""Those below belong to the system, and a browser leaves 80 out of an address."""


def run(
    story: Annotated[
        str, typer.Argument(help="`attack`: an attack in five minutes; without it Harbor opens for you")
    ] = "",
    *,
    once: Annotated[bool, typer.Option("--once", help="Run through one scripted day and exit")] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="The port for browsers (default: 8080, or any free one)")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="With --once or a story: print one JSON list")] = False,
) -> None:
    import uvloop

    if story and story not in STORIES:
        raise LimenError(f"the demo has no story {story[:20]!r}", f"its stories: {', '.join(STORIES)}")
    if story and (once or port):
        raise LimenError("a story can't be combined with `--once` or `--port`", f"try `limen demo {story}`")
    if as_json and not once and not story:
        raise LimenError("`--json` requires `--once` or a story", "try `limen demo --once --json`")
    if 0 < port < FIRST_PORT:
        raise LimenError(f"the demo can't use port {port}", f"choose {FIRST_PORT} or above")
    if port and once:
        raise LimenError("`--port` can't be combined with `--once`", "remove one of them")
    end_in_order()  # whoever ends it otherwise than by Ctrl-C finds nothing left behind either
    if story:
        sys.exit(uvloop.run(_attack(as_json=as_json)))
    if once:
        sys.exit(uvloop.run(_one_day(as_json=as_json)))
    try:
        uvloop.run(_live(port))
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


async def _attack(*, as_json: bool) -> int:
    """0 when every row came; what a row says is for its reader to judge."""
    from limen.cli.output import counted, progress
    from limen.cli.story_table import StoryTable
    from limen.demo.attack_story import ROWS, tell_attack
    from limen.demo.demo_folder import demo_folder

    table, rows, began = StoryTable(), [], time.monotonic()
    with (
        demo_folder() as root,
        progress("Harbor opens, and is attacked", quiet=not as_json) as told,
        nullcontext() if as_json else table.shown(),
    ):
        async for row in tell_attack(root):
            rows.append(row)
            table.add(row)
            if told is not None:
                told(len(rows), ROWS)
    answers = sum(one.milliseconds for one in rows) / 1_000
    if as_json:
        print(json.dumps([one.as_json() for one in rows], ensure_ascii=False))
    else:
        print(f"{counted(len(rows), 'row')}, answered in {answers:.1f} s; {time.monotonic() - began:.0f} s in all.")
    return 0 if len(rows) == ROWS else 1


async def _live(port: int) -> None:
    from limen.demo.demo_folder import demo_folder
    from limen.demo.harbor import PORT

    print("Harbor opens: enrolling 24 people …", flush=True)
    with demo_folder() as root:
        async with AsyncExitStack() as closing:
            harbor = await _opened(closing, root, port)
            used = urlsplit(harbor.url).port
            if used not in {PORT, port}:
                print(f"Port {PORT} is in use on this machine, so Harbor uses port {used} this time.")
            print(f"\n  {harbor.url}\n")
            print("Open it in a browser on this machine and select “Be an employee”: two minutes, three steps.")
            print(f"Without a browser: curl {harbor.url}curl")
            print("Press Ctrl-C to stop. Nothing is left behind.", flush=True)
            await asyncio.Event().wait()


async def _opened(closing: AsyncExitStack, root: Path, port: int) -> Opened:
    """Harbor over a folder in `root`, on the usual ports where they are free; on others where a demo that started at
    the same moment had found them free, too.
    """
    from limen.demo.harbor import copy_to
    from limen.demo.open_demo import opened_harbor
    from limen.listening import AddressInUseError

    copy_to(root / "usual", prefer_usual_ports=True, port=port)
    try:
        return await closing.enter_async_context(opened_harbor(root / "usual"))
    except AddressInUseError:
        copy_to(root / "other", prefer_usual_ports=False, port=port)
        return await closing.enter_async_context(opened_harbor(root / "other"))
