from __future__ import annotations

import re

from limen.identity import authenticators
from limen.identity.authenticators import NOT_SAID, is_said, name_of


def test_well_known_ones_have_a_name_and_all_others_honestly_none() -> None:
    assert name_of("ee882879-721c-4913-9775-3dfcce97072a") == name_of("EE882879-721C-4913-9775-3DFCCE97072A") != ""
    assert name_of(NOT_SAID) == name_of("") == name_of("0a0b0c0d-0000-4000-8000-00000000aaaa") == ""
    assert [is_said(one) for one in ("", NOT_SAID, "ee882879-721c-4913-9775-3dfcce97072a")] == [False, False, True]


def test_each_is_written_as_it_is_compared() -> None:
    for aaguid, name in authenticators._NAMES.items():
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", aaguid)
        assert name == name.strip() != ""
