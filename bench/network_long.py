"""Random rules against the kernel, as many as are asked for; it goes on where it was stopped."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections import Counter
from pathlib import Path

from tests.laws.network_kernel import tried
from tests.laws.test_network_drift import found_in
from tests.network.lab import Lab, namespace

_EACH_READ_BACK = 10
_LAB_LASTS = 500
"""Policies; then a lab is built anew, so that no leftover of thousands of them is tried with."""
_TOLD_SECONDS = 10.0


def run(policies: int, connects: int, workers: int, kept: Path) -> int:
    done = {one["seed"]: one for one in _lines(kept)}
    left = [seed for seed in range(policies) if seed not in done]
    print(f"{len(done):,} of {policies:,} policies are done, in {kept}", flush=True)
    started, told = time.monotonic(), 0.0
    parts = [left[at : at + _LAB_LASTS] for at in range(0, len(left), _LAB_LASTS)]
    queue: multiprocessing.Queue[dict[str, object] | None] = multiprocessing.Queue()
    waiting = [multiprocessing.Process(target=_work, args=(parts[n::workers], connects, queue)) for n in range(workers)]
    for one in waiting:
        one.start()
    running, fresh = len(waiting), 0
    with kept.open("a", encoding="utf-8") as file:
        while running:
            one = queue.get()
            if one is None:
                running -= 1
                continue
            file.write(json.dumps(one) + "\n")
            file.flush()
            done[one["seed"]] = one
            fresh += int(str(one["connects"]))
            for said in one["wrong"]:  # type: ignore[attr-defined]
                print("WRONG", said, flush=True)
            if time.monotonic() - told > _TOLD_SECONDS:
                told = time.monotonic()
                print(f"{_sum(done)}; {fresh / (told - started):,.0f} connects a second", flush=True)
    print(_sum(done))
    return 1 if any(one["wrong"] for one in done.values()) or len(done) < policies else 0


def mutate(changes: int) -> int:
    """So many changes of a live ruleset; it ends with the first that is not found."""
    with namespace() as name:
        kinds = Counter(found_in(name, seed) for seed in range(changes))
    print(f"{changes:,} changes, each found:", ", ".join(f"{kind} {number}" for kind, number in kinds.most_common()))
    return 0


def _work(parts: list[list[int]], connects: int, queue: multiprocessing.Queue) -> None:
    """Each policy is put as soon as it is tried; None at the end, whatever the end is."""
    try:
        for part in parts:
            with Lab() as lab:
                for seed in part:
                    one = tried(lab, seed, connects, reads_back=seed % _EACH_READ_BACK == 0)
                    queue.put(
                        {"seed": seed, "connects": one.connects, "through": one.through, "wrong": list(one.wrong)}
                    )
    finally:
        queue.put(None)


def _lines(kept: Path) -> list[dict[str, object]]:
    if not kept.exists():
        return []
    return [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines() if line.endswith("}")]


def _sum(done: dict[object, dict[str, object]]) -> str:
    connects, through = (sum(int(str(one[name])) for one in done.values()) for name in ("connects", "through"))
    wrong = sum(len(one["wrong"]) for one in done.values())  # type: ignore[arg-type]
    return f"{len(done):,} policies, {connects:,} connects, {through:,} came through, {wrong} disagreements"
