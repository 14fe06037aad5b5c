"""The how-to's own command, run by curl as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.identity.workload_terms import terms
from tests.journeys.conftest import Harbor, harbor as running_harbor, port as its_port, upstream as its_app
from tests.real_parts import absent

from limen.identity import workloads

harbor, port, upstream = running_harbor, its_port, its_app
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "ask-from-your-own-app.md"


def test_the_how_tos_command_is_answered(harbor: Harbor) -> None:
    if shutil.which("curl") is None:
        said = "CURL IS NOT INSTALLED: the how-to's command was not run (apt-get install curl)"
        absent(said)
    limen = harbor.limen
    harbor.invite("Ana", "staff")
    issued = workloads.add(
        limen.database,
        "payroll-batch",
        ["payroll", "wiki"],
        [],
        90,
        limen.clock.now(),
        terms=terms(limen.clock.now()),
        by="server",
    )
    harbor.run(limen.identity.ports.settled(limen.database.read(lambda snapshot: snapshot.seq)))
    command = re.search(r"```sh\n(.*?)```", HOW_TO.read_text(), re.DOTALL)
    assert command is not None
    environment = {"PATH": os.environ["PATH"], "LIMEN": harbor.origin, "LIMEN_TOKEN": issued.secret}
    resolved = command[1].replace("curl ", f"curl --resolve limen.harbor.localhost:{harbor.port}:127.0.0.1 ", 1)
    done = subprocess.run(
        ["sh", "-c", resolved], env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["decision"] is False
    assert answer["context"]["reason"] == "nothing-permits"
    assert set(answer["context"]) <= {"reason", "id", "remedies"}
