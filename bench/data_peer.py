"""What others find in the same texts, each in its own way: Presidio's patterns, and detect-secrets.

    python data_peer.py FOLDER

Run by `bench/data.py` in an environment of its own. FOLDER holds texts. Prints one JSON object: bytes in a second of
processor time. Presidio goes without a model of language, which would make it slower yet; a text of which one pass
takes long is cut to its first bytes.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings
from presidio_analyzer import PatternRecognizer, predefined_recognizers

PRESIDIO_BYTES = 20_000
SECRETS_BYTES = 200_000


def main(folder: Path) -> None:
    logging.disable(logging.CRITICAL)
    texts = {path.name: path.read_text() for path in sorted(folder.iterdir())}
    print(json.dumps({"presidio": presidio(texts), "detect_secrets": secrets(folder)}))


def presidio(texts: dict[str, str]) -> dict[str, float]:
    """Every recogniser by patterns that loads without a model."""
    recognisers = []
    for name in dir(predefined_recognizers):
        kind = getattr(predefined_recognizers, name)
        if isinstance(kind, type) and issubclass(kind, PatternRecognizer) and kind is not PatternRecognizer:
            try:
                recognisers.append(kind())
            except Exception:  # noqa: BLE001 -- those that need more than patterns
                continue
    found = {"recognisers": float(len(recognisers))}
    for name, text in texts.items():
        some = text[:PRESIDIO_BYTES]
        began = time.process_time()
        for one in recognisers:
            one.analyze(some, one.supported_entities, None)
        found[name] = len(some.encode()) / (time.process_time() - began)
    return found


def secrets(folder: Path) -> dict[str, float]:
    found = {}
    for path in sorted(folder.iterdir()):
        part = path.with_name(f".{path.name}.part.txt")
        part.write_text(path.read_text()[:SECRETS_BYTES])
        began = time.process_time()
        with default_settings():
            list(scan_file(str(part)))
        found[path.name] = part.stat().st_size / (time.process_time() - began)
        part.unlink()
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
