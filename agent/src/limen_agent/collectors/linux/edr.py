"""Which sensors of detection and response run: by the file they were started from, and by whose user."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

from limen_agent.collectors.check import Observed, UndeterminedError
from limen_agent.collectors.machine import Machine, Program, is_of_the_system
from limen_agent.collectors.memory import Memory

SENSORS: Final = {
    "falcon-sensor*": ("crowdstrike", "/opt/CrowdStrike/falcon-sensor*"),
    "wdavdaemon": ("defender", "/opt/microsoft/mdatp/sbin/wdavdaemon"),
    "s1-agent": ("sentinelone", "/opt/sentinelone/bin/*"),
    "sentinelone-age*": ("sentinelone", "/opt/sentinelone/bin/*"),
    "wazuh-agentd": ("wazuh", "/var/ossec/bin/wazuh-agentd"),
    "elastic-endpoin*": ("elastic", "/opt/Elastic/Endpoint/elastic-endpoint"),
    "cbagentd": ("carbon-black", "/opt/carbonblack/*"),
    "sophos_watchdog": ("sophos", "/opt/sophos-spl/base/bin/sophos_watchdog"),
    "HuntressAgent": ("huntress", "/usr/share/huntress/HuntressAgent"),
}
"""The name that a program shows, the product, and where its file lies (the makers' documentation of their packages)."""


def edr(machine: Machine, memory: Memory) -> Observed:
    del memory
    programs = machine.programs()
    if not programs:
        raise UndeterminedError("unreadable", "no running program can be seen")
    found, hidden = set[str](), set[str]()
    for program in programs:
        for name, (product, file) in SENSORS.items():
            if fnmatchcase(program.name, name) and is_of_the_system(program.uid):
                (found if _is_from(program, file) else hidden if not program.file else set()).add(product)
    if hidden - found:
        raise UndeterminedError("denied", f"{min(hidden - found)} seems to run; this user may not see from which file")
    products = sorted(found)
    return Observed(
        {"running": bool(products), "products": products},
        f"{', '.join(products)} runs" if products else "no sensor that this agent knows runs",
    )


def _is_from(program: Program, pattern: str) -> bool:
    return fnmatchcase(program.file, pattern) and ".." not in program.file
