"""Sealing and opening a large file beside the age program and pyrage, in turns; and new keys for many small files.

`python bench/data_sealing.py [--json] [--only files|disk|rotation]`. The files of `files` are in memory (/dev/shm), so
that no disk is measured; `cpu` figures are megabytes for a second of one core. Limen takes the BLAKE3 of what it seals
and opens as well, which age does not. `disk` is what sealing takes until it is on the disk for good, which Limen waits
for and age does not: once beside age as it is, once beside age with the same wait after it.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pyrage

from bounds import Figures, figures_of, show
from limen.clock import SystemClock
from limen.data.sealing import files, manifest, sealing_keys
from limen.data.sealing.age_keys import Identity
from limen.data.sealing.rotating import Outcome, Rotation, sealed_below
from limen.data.sealing.sealer import Sealer
from limen.data.sealing.sealing_keys import Company
from limen.data.settings import SealingSettings
from limen.facts import Label
from limen.pillars import pillars
from limen.storage import Database, Keyring
from limen.storage.files import sync

BOUNDS = {
    "seal_ratio_age": (">=", 1.0),
    "open_ratio_age": (">=", 1.0),
    "disk_ratio_age_waiting": (">=", 1.0),
    "rotated_payload_bytes": ("<=", 0),
}
SIZE, ROUNDS = 200_000_000, 7
FILES = 10_000
DISK_ROUNDS = 5


def large_files() -> Figures:
    """Medians, and the median of ratios within a round; CPU of children counts as well."""
    found: dict[str, list[float]] = {}
    with _folder() as folder:
        me = Identity.new()
        (folder / "key").write_text(me.text)
        (folder / "plain").write_bytes(os.urandom(SIZE))
        ways = _ways(folder, me)
        for _ in range(ROUNDS):
            took = {name: _took(work) for name, work in ways.items()}
            for name, (wall, cpu) in took.items():
                found.setdefault(f"{name}_mb_s", []).append(SIZE / 1e6 / wall)
                found.setdefault(f"{name}_cpu_mb_s", []).append(SIZE / 1e6 / cpu)
            for what in ("seal", "open"):
                for peer in ("age", "pyrage"):
                    found.setdefault(f"{what}_ratio_{peer}", []).append(took[f"{peer}_{what}"][0] / took[what][0])
                    cpu_ratio = took[f"{peer}_{what}"][1] / took[what][1]
                    found.setdefault(f"{what}_cpu_ratio_{peer}", []).append(cpu_ratio)
    return {name: round(statistics.median(values), 2 if "ratio" in name else 0) for name, values in found.items()}


def _ways(folder: Path, me: Identity) -> dict[str, Callable[[], object]]:
    sealed, opened, theirs = folder / "sealed", folder / "opened", folder / "theirs"
    recipient = pyrage.x25519.Recipient.from_str(me.recipient.text)
    identity = pyrage.x25519.Identity.from_str(me.text)

    def seal() -> None:
        sealed.unlink(missing_ok=True)
        with (folder / "plain").open("rb") as source:
            files.seal(source, sealed, [me.recipient])

    def open_sealed() -> None:
        opened.unlink(missing_ok=True)
        files.open_with(sealed, opened, files.file_key_of(sealed, [me])[0])

    def age(*words: object) -> Callable[[], object]:
        def run() -> None:
            made = Path(str(words[words.index("-o") + 1]))
            made.unlink(missing_ok=True)
            subprocess.run(["age", *map(str, words)], check=True)

        return run

    return {
        "seal": seal,
        "open": open_sealed,
        "age_seal": age("-r", me.recipient.text, "-o", theirs, folder / "plain"),
        "age_open": age("-d", "-i", folder / "key", "-o", folder / "by-age", theirs),
        "pyrage_seal": lambda: pyrage.encrypt_file(str(folder / "plain"), str(theirs), [recipient]),
        "pyrage_open": lambda: pyrage.decrypt_file(str(theirs), str(folder / "by-pyrage"), [identity]),
    }


def on_disk() -> Figures:
    """Sealing only, in the folder for temporary files, which should be on a disk."""
    found: dict[str, list[float]] = {}
    with _folder(Path(tempfile.gettempdir())) as folder:
        me = Identity.new()
        (folder / "plain").write_bytes(os.urandom(SIZE))
        ways = _ways(folder, me)
        seal, age = ways["seal"], ways["age_seal"]

        def age_and_wait() -> None:
            age()
            sync(folder / "theirs")
            sync(folder)

        for _ in range(DISK_ROUNDS):
            for name, work in (("seal", seal), ("age", age), ("age_waiting", age_and_wait)):
                (folder / "theirs").unlink(missing_ok=True)
                os.sync()  # what the one before left to be written is not this one's
                found.setdefault(name, []).append(_took(work)[0])
    pairs = {peer: zip(found[peer], found["seal"], strict=True) for peer in ("age", "age_waiting")}
    speeds = {f"disk_{name}_mb_s": round(SIZE / 1e6 / statistics.median(took)) for name, took in found.items()}
    ratios = {f"disk_ratio_{peer}": statistics.median(a / b for a, b in pair) for peer, pair in pairs.items()}
    return speeds | {name: round(ratio, 2) for name, ratio in ratios.items()}


def _took(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock, and of CPU."""
    began, cpu = time.perf_counter(), _cpu()
    work()
    return time.perf_counter() - began, _cpu() - cpu


def _cpu() -> float:
    of = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in of)


def rotation() -> Figures:
    """New keys for 10,000 files, after which each has the payload that it had."""
    pillars()
    with _folder() as folder:
        database = Database.open(f"sqlite:///{folder / 'limen.db'}")
        recovery = (Identity.new().recipient.text,)
        keyring = Keyring.open(database, bytes(32))
        company = Company("limen.harbor.example", ZoneInfo("UTC"), SealingSettings(recovery=recovery), keyring)
        now, label = SystemClock().now(), Label.INTERNAL
        key = database.write(lambda tx: sealing_keys.key_now(tx, company, label, now))
        sealer, place = Sealer.of_server(company, key), folder / "files"
        place.mkdir()
        (folder / "plain").write_bytes(os.urandom(4_096))
        began = time.perf_counter()
        for number in range(FILES):
            sealer.seal(folder / "plain", place / f"{number}.age", now)
        sealed_in = time.perf_counter() - began
        paths = sealed_below(place)
        before = {path: files.payload_digest(path) for path in paths}
        database.write(lambda tx: sealing_keys.new_key(tx, company, label, key.period, now + 1))
        began = time.perf_counter()
        run = Rotation(company, database.read(sealing_keys.every))
        done = sum(one.outcome is Outcome.ROTATED for one in run.rotate(paths))
        took = time.perf_counter() - began
        began = time.perf_counter()
        again = sum(one.outcome is Outcome.NEWEST for one in run.rotate(paths))
        looked = time.perf_counter() - began
        changed = sum(path.stat().st_size for path in paths if files.payload_digest(path) != before[path])
        assert done == again == FILES
        assert manifest.read(paths[0]).manifest.key != key.id
        database.close()
    return {
        "sealed_files_per_s": round(FILES / sealed_in),
        "rotated_files_per_s": round(FILES / took),
        "rotated_10000_files_s": round(took, 1),
        "resumed_10000_files_s": round(looked, 1),
        "rotated_payload_bytes": changed,
    }


@contextmanager
def _folder(place: Path | None = None) -> Iterator[Path]:
    """A new folder; in memory where none is named."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="limen-bench-", dir=place or (memory if memory.is_dir() else None)))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


PARTS = {"files": large_files, "disk": on_disk, "rotation": rotation}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true", help="one line, an object")
    arguments.add_argument("--only", choices=PARTS, help="one part of it")
    asked = arguments.parse_args()
    if shutil.which("age") is None:
        sys.exit("the age program is not there: apt-get install age")
    show(figures_of(PARTS, asked.only), BOUNDS, as_json=asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
