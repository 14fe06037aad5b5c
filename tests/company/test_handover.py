from __future__ import annotations

from limen.company.handover import MOST_MENTIONS, handed_over, mentions

FILES = {
    "access.yaml": "approve:\n  people: [ben@harbor.example, mia@harbor.example]\n",
    "network.yaml": "owner: Ben@harbor.example  # since 2024\nother: ruben@harbor.example\n",
    "limen.toml": 'contact = "ben@harbor.example.org"\n',
}


def test_every_line_that_names_them_is_found_and_no_other() -> None:
    found = mentions(FILES, "ben@harbor.example")
    assert [(one.file, one.line) for one in found] == [("access.yaml", 2), ("network.yaml", 1)]
    assert len(mentions({"a.yaml": "ben@harbor.example\n" * 2_000}, "ben@harbor.example")) == MOST_MENTIONS


def test_the_other_address_stands_in_their_place_and_all_else_stays() -> None:
    changed = handed_over(FILES, "ben@harbor.example", "ida@harbor.example")
    assert changed == {
        "access.yaml": "approve:\n  people: [ida@harbor.example, mia@harbor.example]\n",
        "network.yaml": "owner: ida@harbor.example  # since 2024\nother: ruben@harbor.example\n",
    }
    assert handed_over(FILES, "nobody@harbor.example", "ida@harbor.example") == {}
    assert handed_over({"a": "ben@x.example"}, "ben@x.example", r"\1@y.example") == {"a": r"\1@y.example"}
