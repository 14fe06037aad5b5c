"""The same rules over the same events as forensic tools do it: as SQL by pySigma's SQLite backend, in SQLite.

    python monitor_detect_peer.py RULES EVENTS SOURCES

Run by `bench/monitor_detect.py` in an environment of its own. RULES is a folder, EVENTS one flat JSON object a line.
Prints one JSON object: seconds of processor time to store and to ask, and the hits.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import time
from pathlib import Path

from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection


def main(rules: Path, events: Path) -> None:
    backend = sqliteBackend()
    asked, unusable = [], 0
    for path in sorted(rules.rglob("*.yml")):
        try:
            collection = SigmaCollection.from_yaml(path.read_text())
            for rule in collection.rules:
                source = rule.logsource
                where = [
                    (f"source_{name}", value.lower())
                    for name in ("product", "category", "service")
                    if (value := getattr(source, name)) is not None
                ]
                queries = backend.convert(SigmaCollection([rule]))
                asked += [(str(rule.id), query.split(" WHERE ", 1)[1], where) for query in queries]
        except Exception:  # noqa: BLE001 -- what the backend does not take is counted
            unusable += 1
    lines = events.read_text().splitlines()
    began = time.process_time()
    rows = [json.loads(line) for line in lines]
    named = {key for row in rows for key in row} | {key for _, query, _ in asked for key in _named(query)}
    columns = sorted({name.lower() for name in named})
    database = sqlite3.connect(":memory:")
    database.create_function("regexp", 2, _regexp)
    database.execute(f"create table logs ({', '.join(f'{_quoted(name)} collate nocase' for name in columns)})")
    marks = ", ".join("?" * len(columns))
    database.executemany(
        f"insert into logs values ({marks})",
        ([row.get(name) for name in columns] for row in ({k.lower(): v for k, v in row.items()} for row in rows)),
    )
    database.execute("create index by_source on logs (source_product, source_category, source_service)")
    stored = time.process_time() - began
    hits, failed = [], 0
    for rule, query, where in asked:
        source = " and ".join(f"{name} = ?" for name, _ in where)
        try:
            found = database.execute(
                f"select uid from logs where {source} and ({query})",
                [value for _, value in where],
            )
            hits += [[rule, uid] for (uid,) in found]
        except sqlite3.Error:
            failed += 1
    spent = time.process_time() - began
    print(json.dumps({"store": stored, "all": spent, "hits": hits, "rules": len(asked), "lost": unusable + failed}))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _named(query: str) -> list[str]:
    return re.findall(r"(?:^|[\s(])([A-Za-z_][A-Za-z0-9_]*)\s*(?:=|LIKE|REGEXP|IN\b|IS\b)", query)


def _regexp(pattern: str, value: str | None) -> bool:
    return value is not None and re.search(pattern, str(value)) is not None


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
