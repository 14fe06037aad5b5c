"""Looking into documents: bombs, ordinary documents, a message, and text without end.

Every figure is of the real way, by `Inspection` with all detectors and warm processes. `bomb_s_worst` and
`bomb_resident_mb`: the longest that one of the bombs of our tests took until its answer was there, and the most memory
that the process ever had (limits: 0.5 s and 300 MB). `message_2kb_us`: plain text, looked into where it is; beside it
`scan_2kb_us`, the scanner alone. `docx_2kb_ms`: a Word document there and back. `text_mb_s` of each kind: text in it,
over the processor time it took. `stream_…`: plain texts of 32 MB that come in pieces, one behind the other,
`--gigabytes` in all: how fast, and by how much the two processes grew meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))  # what it looks into is the tests'

import docx
import openpyxl
from reportlab.pdfgen import canvas
from tests.data.extraction import made
from tests.data.extraction.bombs import BOMBS

from bounds import Bounds, show
from limen.data.detectors.every import DETECTORS
from limen.data.extraction.inspecting import inspect_bytes
from limen.data.extraction.limits import Limits
from limen.data.extraction.pool import Pool
from limen.data.inspection import Inspection
from limen.data.scanning.scanner import Scanner

BOUNDS: Bounds = {"bomb_s_worst": ("<=", 0.5), "bomb_resident_mb": ("<=", 300)}
_SENTENCE: Final = "The meeting about the offer of harbor number {} was moved to the afternoon, said Ann Summer. "
_GIB: Final = 1 << 30
_EACH: Final = 32 << 20
"""Bytes of one text of the stream: entry points hold no body of more than 100 MB."""


def main() -> int:
    asked = _arguments()
    scanner = Scanner(list(DETECTORS.values()), key=secrets.token_bytes(32))
    pool = Pool(scanner, workers=1)
    try:
        inspection = Inspection(scanner, pool, most_bytes=64 * _GIB)
        _in_pool(pool, b"\0warm")
        found = _messages(scanner, inspection) | _ordinary(scanner, pool) | _bombs(pool)
        found |= asyncio.run(_stream(inspection, pool, asked.gigabytes))
    finally:
        pool.close()
    show({name: round(value, 3) for name, value in found.items()}, BOUNDS, as_json=asked.json)
    return 0


def _messages(scanner: Scanner, inspection: Inspection) -> dict[str, float]:
    text = "".join(map(_SENTENCE.format, range(22))).encode()[:2_048]

    async def looked_into() -> float:
        began = process_time()
        for _ in range(200):
            await inspection.inspect(text, "note.txt")
        return (process_time() - began) / 200

    return {
        "message_2kb_us": 1e6 * min(asyncio.run(looked_into()) for _ in range(5)),
        "scan_2kb_us": 1e6 * min(_scanned(scanner, text) for _ in range(5)),
    }


def _scanned(scanner: Scanner, text: bytes) -> float:
    began = process_time()
    for _ in range(200):
        scanner.text(text)
    return (process_time() - began) / 200


def _ordinary(scanner: Scanner, pool: Pool) -> dict[str, float]:
    """Business documents of some hundred pages."""
    small = docx.Document()
    small.add_paragraph(_SENTENCE.format(1) * 20)
    data = made.saved(small)
    figures = {"docx_2kb_ms": 1e3 * median(_in_pool(pool, data) for _ in range(9))}
    for kind, make in (("docx", _word), ("xlsx", _sheet), ("pdf", _portable), ("zip", _zip)):
        document, length = make()
        figures[f"{kind}_text_mb_s"] = length / 1e6 / min(_processor(scanner, document) for _ in range(3))
    return figures


def _processor(scanner: Scanner, data: bytes) -> float:
    """Seconds of processor time for a document."""
    began = process_time()
    inspect_bytes(scanner, data, "", Limits())
    return process_time() - began


def _word() -> tuple[bytes, int]:
    document = docx.Document()
    texts = [_SENTENCE.format(number) * 5 for number in range(3_000)]
    for one in texts:
        document.add_paragraph(one)
    return made.saved(document), sum(map(len, texts))


def _sheet() -> tuple[bytes, int]:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Orders")
    rows = [[f"order {number}", "Ann Summer", number, number * 3.5, "2026-11-30"] for number in range(20_000)]
    for row in rows:
        sheet.append(row)
    return made.saved(book), sum(len(str(cell)) + 1 for row in rows for cell in row)


def _portable() -> tuple[bytes, int]:
    file, length = io.BytesIO(), 0
    page = canvas.Canvas(file)
    for number in range(100):
        for line in range(50):
            text = _SENTENCE.format(number)
            page.drawString(40, 800 - 15 * line, text)
            length += len(text)
        page.showPage()
    page.save()
    return file.getvalue(), length


def _zip() -> tuple[bytes, int]:
    text = "".join(map(_SENTENCE.format, range(50_000))).encode()
    return made.zipped({f"{number}.txt": text for number in range(4)}), 4 * len(text)


def _bombs(pool: Pool) -> dict[str, float]:
    took = {}
    for name, make in BOMBS.items():
        data = make()
        took[name] = _in_pool(pool, data)
        print(f"bomb, {name}: {took[name] * 1e3:.0f} ms of {len(data):,} bytes", file=sys.stderr)
    return {"bomb_s_worst": max(took.values()), "bomb_resident_mb": max(map(_most_resident, pool.pids)) / 1e6}


async def _stream(inspection: Inspection, pool: Pool, gigabytes: int) -> dict[str, float]:
    piece = "".join(map(_SENTENCE.format, range(3_000))).encode()[: 1 << 18]

    async def pieces(length: int) -> AsyncIterator[bytes]:
        for _ in range(length // len(piece)):
            yield piece

    async def took(length: int) -> float:
        began = perf_counter()
        for _ in range(length // _EACH):
            inspected = await inspection.inspect(pieces(_EACH))
            if inspected.why_not:
                raise AssertionError(inspected.why_not)
        return perf_counter() - began

    await took(_GIB // 4)
    [worker], before = pool.pids, _resident("self")
    worker_before = _resident(worker)
    seconds = await took(gigabytes * _GIB)
    return {
        "stream_gb": float(gigabytes),
        "stream_mb_s": gigabytes * _GIB / 1e6 / seconds,
        "stream_grew_here_mb": (_resident("self") - before) / 1e6,
        "stream_grew_worker_mb": (_resident(worker) - worker_before) / 1e6,
    }


def _in_pool(pool: Pool, data: bytes) -> float:
    """Seconds until a document was looked into."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the pool closes it
    file.write(data)
    file.flush()
    return _timed(lambda: pool.inspect(file, len(data)).result())


def _timed(do: Callable[[], object]) -> float:
    began = perf_counter()
    do()
    return perf_counter() - began


def _most_resident(pid: int) -> int:
    return _of_status(pid, "VmHWM")


def _resident(pid: int | str) -> int:
    return _of_status(pid, "VmRSS")


def _of_status(pid: int | str, name: str) -> int:
    [line] = [one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith(name)]
    return int(line.split()[1]) << 10


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true", help="one line, an object")
    arguments.add_argument("--gigabytes", type=int, default=1, help="how much text comes in the stream")
    return arguments.parse_args()


if __name__ == "__main__":
    sys.exit(main())
