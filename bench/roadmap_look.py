"""One look of the roadmap in a process of its own, for `roadmap.py`: prints what it took, as one line of JSON.

python bench/roadmap_look.py FOLDER look|report
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

BEGAN = time.perf_counter()


def main(folder: str, what: str) -> int:
    from limen.cli.open_company import opened
    from limen.clock import SystemClock
    from limen.identity.days import today
    from limen.roadmap.reading import read
    from limen.roadmap.report.making import make
    from limen.roadmap.report.writing import FORMS, written
    from limen.roadmap.roadmap import kept_in, roadmap
    from limen.roadmap.sources import Sources

    now = SystemClock().now()
    with opened(Path(folder)) as here:
        sources = Sources(
            here.root, here.settings, here.in_force_or_none(), here.database, here.keyring(), here.reader, now, True
        )
        if what == "look":
            evidence = read(sources, lambda: None)
            kept = here.database.read(lambda s: kept_in(s, here.settings, now))
            roadmap(evidence, kept, today(here.settings, now))
            found = {"decisions": sum(one.count for one in evidence.uses)}
        else:
            report = make(sources)
            found = {form: len(written(report, form, here.keyring()).content) for form in FORMS}
        seconds = time.perf_counter() - BEGAN
    status = Path("/proc/self/status").read_text()  # getrusage would count what the parent held when it forked
    rss = int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024
    print(json.dumps({"s": round(seconds, 2), "rss_mb": round(rss, 1), **found}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
