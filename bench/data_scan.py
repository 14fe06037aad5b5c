"""How fast text is looked through, how much of what is there is found, and how often ordinary documents stop somebody.

    python bench/data_scan.py [--json] [--only PART]

`speed`, all detectors at once, megabytes in a second of one core's time: `scan_mb_s_ordinary` over invoices, orders,
logs, minutes, mails, tables and code in German and English; `scan_mb_s_prose` over letters and minutes alone;
`scan_mb_s_dense` over text of which every line holds several finds. `scan_2kb_us`: a message of 2 KB. `undo_mb_s`: text
of which all is encoded. `ratio_re`: how many times as long every detector by itself takes by Python's `re`, over the
ordinary text. `slowest_ratio`: how many times as long as the median detector the slowest one takes, each over text of
nothing but beginnings of what it looks for.

`peers`: Presidio (every recogniser by patterns, no model of language) and detect-secrets over the same ordinary text,
in an environment of their own that is made once (`tests/interop/locks/data-scanners.lock`). `ratio_presidio` and
`ratio_detect_secrets`: how many times as long they take. What they look for is not the same: the task is.

`truth`: of planted numbers with right check digits the part that is found for sure (`recall`), and of what is found
so the part that is right, where as many wrong ones are planted (`precision`). `false_stops_per_1000`: ordinary
documents in which something is sure that is not there.

Rounds are interleaved; figures are medians. Beside each figure that has one stands its bound, and nothing fails.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from statistics import median
from typing import Final

HERE: Final = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import pytest  # noqa: E402 -- its folder is found above
from tests.data import truth  # noqa: E402 -- as above
from tests.data.ordinary.documents import documents, iban  # noqa: E402 -- as above
from tests.data.ordinary.words import ENGLISH, digits, sentence  # noqa: E402 -- as above
from tests.data.written import written  # noqa: E402 -- as above
from tests.interop.real_apps import environment  # noqa: E402 -- as above

from bounds import Bounds, Figures, figures_of, show  # noqa: E402 -- as above
from limen.data.detectors.every import DETECTORS  # noqa: E402 -- as above
from limen.data.model import Confidence, Detector  # noqa: E402 -- as above
from limen.data.scanning.scanner import Scanner  # noqa: E402 -- as above

BOUNDS: Bounds = {
    "scan_mb_s_ordinary": (">=", 100),
    "scan_mb_s_dense": (">=", 25),
    "scan_2kb_us": ("<=", 60),
    "ratio_re": (">=", 10),
    "ratio_presidio": (">=", 500),
    "slowest_ratio": ("<=", 5),
    "recall": (">=", 0.99),
    "precision": (">=", 0.99),
    "false_stops_per_1000": ("<=", 1),
}
ROUNDS, DOCUMENTS = 5, 2_000
_KEY, _PIECE, _RE_BYTES, _ATTACK_BYTES = b"a key of the benches".ljust(32), 1 << 18, 60_000, 60_000
_PROSE = {"minutes-de", "minutes-en", "offer", "mail"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", choices=list(PARTS))
    asked = parser.parse_args()
    found = figures_of(PARTS, asked.only)
    show({name: round(value, 4 if value < 1 else 1) for name, value in found.items()}, BOUNDS, as_json=asked.json)
    return 0


def speed() -> Figures:
    scanner, every = _scanner(), list(documents(1, DOCUMENTS))
    texts = {
        "scan_mb_s_ordinary": _joined(one.text for one in every),
        "scan_mb_s_prose": _joined(one.text for one in every if one.sort in _PROSE),
        "scan_mb_s_dense": _dense(2 << 20),
        "undo_mb_s": b"\n".join(b64encode(one.text.encode()) for one in every[:200]),
    }
    message = next(one for one in every if one.sort == "mail").text.encode()[:2048].ljust(2048, b".")
    taken: dict[str, list[float]] = {name: [] for name in (*texts, "scan_2kb_us", "ratio_re")}
    some = texts["scan_mb_s_ordinary"][:_RE_BYTES]
    for _ in range(ROUNDS):
        for name, text in texts.items():
            pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
            taken[name].append(len(text) / _seconds(lambda pieces=pieces: scanner.pieces(pieces)) / 1e6)
        taken["scan_2kb_us"].append(_seconds(lambda: [scanner.text(message) for _ in range(500)]) / 500 * 1e6)
        ours = _seconds(lambda: [scanner.text(some) for _ in range(5)]) / 5
        taken["ratio_re"].append(_seconds(lambda: _by_re(some)) / ours)
    found = {name: median(values) for name, values in taken.items()}
    return {**found, "slowest_ratio": _slowest_ratio(), "detectors": len(DETECTORS)}


def peers() -> Figures:
    """Others over the same text, in turns with ours."""
    try:
        python = environment("data-scanners") / "python"
    except pytest.skip.Exception as missing:
        print(f"Presidio and detect-secrets are left out: {missing}", file=sys.stderr)
        print("They are installed with `uv`, from the packages' index: python do.py setup", file=sys.stderr)
        return {}
    scanner, text = _scanner(), _joined(one.text for one in documents(1, 400))
    presidio, secrets = [], []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "ordinary.txt").write_bytes(text)
        for _ in range(2):
            done = subprocess.run(
                [str(python), str(HERE / "data_peer.py"), folder],
                stdout=subprocess.PIPE,
                check=True,
                env={"PATH": os.environ["PATH"]},
            )
            theirs = json.loads(done.stdout)
            ours = len(text) / _seconds(lambda: scanner.pieces([text]))
            presidio.append(ours / theirs["presidio"]["ordinary.txt"])
            secrets.append(ours / theirs["detect_secrets"]["ordinary.txt"])
    return {"ratio_presidio": median(presidio), "ratio_detect_secrets": median(secrets)}


def truth_found() -> Figures:
    scanner = _scanner()
    right = wrong = missed = 0
    for one in truth.planted_truth(seed=20, of_each=20):
        found = truth.is_found(scanner.text(one.text), one)
        right += found and one.is_right
        wrong += found and not one.is_right
        missed += one.is_right and not found
    stops = 0
    for document in documents(seed=21, number=DOCUMENTS):
        highest = scanner.text(document.text.encode()).highest()
        stops += any(sure is Confidence.HIGH and one not in document.truth for one, sure in highest.items())
    return {
        "recall": right / (right + missed),
        "precision": right / (right + wrong),
        "false_stops_per_1000": stops * 1_000 / DOCUMENTS,
    }


PARTS: dict[str, Callable[[], Figures]] = {"speed": speed, "peers": peers, "truth": truth_found}
"""By its name what gives the figures of a part."""


def _scanner() -> Scanner:
    scanner = Scanner(list(DETECTORS.values()), key=_KEY)
    scanner.text(b"compiled here: ann@harbor.example")
    scanner.pieces([b"and here"])
    return scanner


def _joined(texts: Iterable[str]) -> bytes:
    return "\n\n".join(texts).encode()


def _dense(length: int) -> bytes:
    """Every line a person with an address, an account, a telephone and a card, and a sentence."""
    random, lines, held = Random(2), [], 0
    while held < length:
        lines.append(
            f"Anna Berg{digits(random, 4)}, a{digits(random, 6)}@harbor.example, +49 40 {digits(random, 8)}, "
            f"{iban(random)}, 4111 1111 1111 1111, {sentence(random, ENGLISH)}"
        )
        held += len(lines[-1]) + 1
    return "\n".join(lines).encode()


def _by_re(text: bytes) -> int:
    """Each detector's expression over the whole text."""
    return sum(len(compiled.findall(text)) for compiled in _COMPILED)


_COMPILED: Final = [re.compile(one.expression.encode()) for one in DETECTORS.values()]


def _slowest_ratio() -> float:
    taken = [_under_attack(one) for one in DETECTORS.values()]
    return max(taken) / median(taken)


def _under_attack(detector: Detector) -> float:
    """The seconds that beginnings of what it looks for take, without an end and with a word beside each."""
    random, parts, held = Random(detector.id), [], 0
    word = f" {detector.words[0]} ".encode() if detector.words else b" "
    while held < _ATTACK_BYTES:
        whole = written(detector.expression, random)
        parts.append(whole[: max(1, len(whole) - 1)] + word)
        held += len(parts[-1])
    scanner, text = Scanner([detector], key=_KEY), b"".join(parts)[:_ATTACK_BYTES]
    scanner.text(text[:10])
    return min(_seconds(lambda: scanner.text(text)) for _ in range(2))


def _seconds(work: Callable[[], object]) -> float:
    """Of the processor, so that who else uses the machine counts less."""
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())
