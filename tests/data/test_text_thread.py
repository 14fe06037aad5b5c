"""Texts that take long are looked into beside the loop, one of each owner at a time."""

from __future__ import annotations

import asyncio
import threading

import pytest

from limen.data.text_thread import TextThread


async def test_owners_take_turns_and_nothing_of_them_is_kept() -> None:
    thread, order, goes_on = TextThread(), list[str](), threading.Event()

    def look(what: str) -> str:
        if what == "first":
            goes_on.wait(60)
        order.append(what)
        return what

    asked = [asyncio.create_task(thread.run("ann", lambda: look("first")))]
    asked += [asyncio.create_task(thread.run("ann", lambda one=one: look(f"ann {one}"))) for one in range(9)]
    asked += [asyncio.create_task(thread.run("bo", lambda: look("bo")))]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    goes_on.set()
    assert (await asyncio.gather(*asked))[-1] == "bo"
    assert order[:2] == ["first", "bo"]
    assert not thread._turns


async def test_it_is_another_thread_and_what_fails_fails_for_whoever_asked() -> None:
    thread = TextThread()
    assert await thread.run("", threading.get_ident) != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        await thread.run("", lambda: 1 // 0)
    assert not thread._turns
