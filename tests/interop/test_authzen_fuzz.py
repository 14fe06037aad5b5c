"""Schemathesis holds the AuthZEN API to its own description: what it takes, what it refuses, and that it holds."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.dial import size
from tests.identity.workload_terms import terms
from tests.journeys.conftest import Harbor, serve
from tests.ports import free_port

from limen.identity import workloads

EXAMPLES = size(150)
OPERATIONS = (
    ("/access/v1/evaluation", "POST"),
    ("/access/v1/evaluations", "POST"),
    ("/.well-known/authzen-configuration", "GET"),
)

try:
    import schemathesis
except ImportError:
    if os.environ.get("LIMEN_REQUIRE_ALL") == "1":
        raise
    pytest.skip("SCHEMATHESIS IS NOT INSTALLED: the AuthZEN API was not fuzzed", allow_module_level=True)


class Asked:
    """The API of a running Limen as schemathesis sees it, and a token to ask with."""

    def __init__(self, harbor: Harbor) -> None:
        self.harbor = harbor
        self.base_url = f"http://127.0.0.1:{harbor.port}"
        self.headers = {"Host": f"limen.harbor.localhost:{harbor.port}"}
        limen = harbor.limen
        issued = workloads.add(
            limen.database, "fuzz", ["wiki"], [], 1, limen.clock.now(), terms=terms(limen.clock.now()), by="server"
        )
        harbor.run(limen.identity.ports.settled(limen.database.read(lambda snapshot: snapshot.seq)))
        self.token = issued.secret
        described = Request(f"{self.base_url}/access/v1/openapi.json", headers=self.headers)
        with urlopen(described, timeout=10) as response:
            self.schema = schemathesis.openapi.from_dict(json.load(response))


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """One Limen for all of them: it holds, whatever was asked before. No app is behind it, since none is asked for."""
    harbor, stop = serve(tmp_path_factory.mktemp("harbor"), free_port(), upstream=9)
    harbor.invite("Ana", "staff")
    yield Asked(harbor)
    stop()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_it_does_what_it_says_whatever_it_is_sent(asked: Asked, path: str, method: str, mode: str) -> None:
    if (method, mode) == ("GET", "negative"):
        return  # there is nothing that could be sent wrong
    operation = asked.schema[path][method]
    statuses: set[int] = set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode(mode)))
    def fuzzed(case: Any) -> None:
        # Where so many questions come from one program in a second, 429 is what the description promises.
        headers = {**asked.headers, "Authorization": f"Bearer {asked.token}"}
        response = case.call_and_validate(base_url=asked.base_url, headers=headers, timeout=10)
        statuses.add(response.status_code)

    fuzzed()
    if mode == "positive":
        assert 200 in statuses
    assert statuses <= {200, 400, 401, 405, 415, 429}
