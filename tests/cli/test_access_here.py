"""What the commands about access share."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.access_folder import folder

from limen.cli.access_here import as_the_server, names_of, person_with
from limen.cli.open_company import opened
from limen.errors import LimenError

__all__ = ["folder"]


def test_the_server_judges_by_what_is_in_force_and_by_everybody(folder: Path) -> None:
    with opened(folder) as here:
        seen = as_the_server(here, 7, lambda at: (at.by, at.now, sorted(at.basis.people), len(at.basis.rules.rules)))
        assert seen == ("", 7, ["p_ada", "p_farid", "p_oscar"], 5)
        assert names_of(here)["p_ada"] == "Ada"
        assert person_with(here, "ADA@harbor.example").id == "p_ada"
        with pytest.raises(LimenError):
            person_with(here, "nobody@harbor.example")
