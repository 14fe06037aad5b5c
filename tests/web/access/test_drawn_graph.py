from __future__ import annotations

import itertools
from xml.etree import ElementTree as ET

from limen.access.graph import Column, Way, graph
from limen.facts import Person
from limen.web.access.drawn_graph import WIDTH, Called, drawn

SVG = "{http://www.w3.org/2000/svg}"
ANA = Person("ana", "Ana", "", frozenset({"finance"}), active=True)
HEADS = {Column.APP: "Apps"}


def chart(*every: Way, **names: str) -> ET.Element:
    shown = graph(ANA, every)
    called = {node: Called(names[node.id], f"/{node.id}") for node in shown.nodes if node.id in names}
    markup = str(drawn(shown, called, HEADS, "How Ana gets access"))
    return ET.fromstring(markup.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def test_every_node_is_a_link_where_it_leads_somewhere_and_every_line_says_what_it_gives() -> None:
    found = chart(Way("payroll", ("view", "edit"), "rule", ("finance",)), payroll="Payroll", rule="The rule")
    assert [one.get("href") for one in found.iter(f"{SVG}a")] == ["/rule", "/payroll"]
    lines = {one.get("class"): one.find(f"{SVG}title") for one in found.iter(f"{SVG}path")}
    gives = lines["gives"]
    assert gives is not None
    assert gives.text == "The rule → Payroll: view, edit"
    assert (found.get("role"), found.get("aria-label")) == ("group", "How Ana gets access")


def test_everything_is_inside_and_nothing_lies_on_anything_else() -> None:
    found = chart(*(Way(f"app-{n}", ("view",), f"rule-{n}", ("finance",)) for n in range(30)))
    tall = float(found.get("height", ""))
    boxes = {}
    for box in found.iter(f"{SVG}rect"):
        x, y, wide, high = (float(box.get(name, "")) for name in ("x", "y", "width", "height"))
        assert x >= 0
        assert x + wide <= WIDTH
        assert y >= 0
        assert y + high <= tall
        boxes.setdefault(x, []).append((y, y + high))
    for column in boxes.values():
        ordered = sorted(column)
        assert all(one[1] < other[0] for one, other in itertools.pairwise(ordered))


def test_names_are_text_and_are_cut_where_they_are_too_long() -> None:
    name = "<script>alert(1)</script>" * 9
    found = chart(Way("payroll", ("view",), "rule", ()), rule=name)
    assert not list(found.iter(f"{SVG}script"))
    (link,) = found.iter(f"{SVG}a")
    title, text = link.find(f"{SVG}title"), link.find(f"{SVG}text")
    assert title is not None
    assert title.text == name
    assert text is not None
    assert len(text.text or "") < 40


def test_somebody_alone_is_drawn() -> None:
    assert len(list(chart().iter(f"{SVG}rect"))) == 1
