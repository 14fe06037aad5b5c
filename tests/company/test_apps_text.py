"""A line more in apps.yaml, in whatever way the entry is written, and not a letter else."""

from __future__ import annotations

from typing import Any

import pytest

from limen.company.apps_text import entry_text, with_entry, with_public, with_rule, without_entry
from limen.company.yaml_text import read_yaml
from limen.errors import LimenError

ENTRIES = {
    "flow": """
- id: wiki
  actions:
    view: [GET /**]  # all
    edit: [POST /**, PUT /**]
# end
""",
    "block": """
- id: other
- id: 'wiki'  # ours
  actions:
    view:
      - GET /**  # all
    edit:
    - POST /**

- id: z
""",
    "empty lists": """
- id: wiki
  actions: {view: [], edit: [ANY /**, ]}
  public: []
  host: w
""",
    "none at all": "- id: wiki\n  host: w",
    "all in one line": "- {id: wiki, host: w}\n",
    "many lines": """
- id: wiki
  actions:
    view: [
      GET /**,  # all
    ]
    edit: [POST /**]
  public:
    - route: GET /a
      why: |
        because
  host: w
- id: z
""",
}


def plain(written: Any) -> Any:
    value = written[2]
    if isinstance(value, dict):
        return {key: plain(one[2]) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("text", ENTRIES.values(), ids=ENTRIES)
def test_rules_and_public_routes_find_their_place(text: str) -> None:
    before = plain(read_yaml(text))
    place = next(number for number, one in enumerate(before) if one["id"] == "wiki")
    done = with_rule(text, "wiki", "view", "GET /x/*")
    done = with_rule(done, "wiki", "share", "ANY /share/**")
    done = with_public(done, "wiki", "GET /logo", 'it is "ours": {all} # of it')
    after = plain(read_yaml(done))
    entry = dict(before[place])
    entry["actions"] = dict(entry.get("actions", {}))
    entry["actions"]["view"] = [*entry["actions"].get("view", []), "GET /x/*"]
    entry["actions"]["share"] = ["ANY /share/**"]
    entry["public"] = [*entry.get("public", []), {"route": "GET /logo", "why": 'it is "ours": {all} # of it'}]
    assert after == [*before[:place], entry, *before[place + 1 :]]
    assert all(comment in done for comment in ("# all", "# ours", "# end") if comment in text)
    assert done.count("#") == text.count("#") + 1


@pytest.mark.parametrize(
    "text",
    ["", "[]", "- id: other", "wiki: 1", "- id: wiki\n  actions: 3", "- id: wiki\n  actions: {view: GET}", "- ["],
)
def test_where_there_is_no_place_it_says_so(text: str) -> None:
    with pytest.raises(LimenError):
        with_rule(text, "wiki", "view", "GET /x")


TWO = """# What is protected.
- id: wiki
  host: a
  actions:
    view: ["GET /**"]  # all

# The payroll.
- id: payroll
  host: b
"""


def test_an_entry_is_read_replaced_and_taken_out_and_all_else_stays() -> None:
    assert entry_text(TWO, "wiki") == '- id: wiki\n  host: a\n  actions:\n    view: ["GET /**"]  # all\n'
    assert entry_text(TWO, "payroll") == "- id: payroll\n  host: b\n"
    assert with_entry(TWO, "payroll", "- id: payroll\r\n  host: c\r\n\r\n") == TWO.replace("host: b", "host: c")
    assert without_entry(TWO, "wiki") == "# What is protected.\n# The payroll.\n- id: payroll\n  host: b\n"
    last = without_entry(without_entry(TWO, "wiki"), "payroll")
    assert last == "# What is protected.\n# The payroll.\n\n[]\n"


@pytest.mark.parametrize("text", ["[{id: wiki, host: a}]", "- {id: wiki, host: a}", "-\n  id: wiki\n"])
def test_an_entry_in_an_unusual_form_is_left_to_its_author(text: str) -> None:
    with pytest.raises(LimenError):
        without_entry(text, "wiki")
