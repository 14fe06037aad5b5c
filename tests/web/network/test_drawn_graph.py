"""The picture of a network: every zone a box, every pair with something let through a line, all of it well-formed."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree as ET

from tests.network.networks import flow, harbor, way, zone

from limen.network.graph import Graph, graph
from limen.network.model import INTERNET, Network
from limen.web.network.drawn_graph import Shown, drawn, picture

SVG = "{http://www.w3.org/2000/svg}"


def _graph() -> Graph:
    return graph(harbor([flow("a", way("office", "files")), flow("b", way("files", INTERNET))]), "2026-11-27")


def test_it_has_a_box_for_each_zone_and_a_line_for_each_pair() -> None:
    root = ET.fromstring(picture(_graph(), "The network").split("\n", 1)[1])
    assert len(root.findall(f"{SVG}g")) == 6
    lines = root.findall(f"{SVG}path")
    assert [one.findtext(f"{SVG}title") for one in lines] == ["office → servers: a", "servers → internet: b"]
    assert [one.get("class") for one in lines] == ["reach", "reach outward"]
    assert root.get("aria-label") == "The network"


def test_boxes_lie_apart_and_within_the_picture() -> None:
    zones = tuple(zone(f"z{number}", "server", number) for number in range(30))
    root = ET.fromstring(drawn(graph(Network(zones), "2026-11-27"), "x"))
    column = [one for one in root.iter(f"{SVG}rect") if one.get("x") != "20"]  # without the internet
    tops = sorted(float(one.get("y", "0")) for one in column)
    assert len(tops) == 30
    assert tops[0] > 0
    assert all(later - earlier >= 54 for earlier, later in pairwise(tops))
    assert tops[-1] + 54 < float(root.get("height", "0"))


def test_nothing_said_is_taken_for_markup() -> None:
    root = ET.fromstring(drawn(_graph(), '"><script>'))
    assert root.get("aria-label") == '"><script>'
    assert root.find(f"{SVG}script") is None


def test_on_a_page_it_brings_no_style_of_its_own() -> None:
    assert "<style>" not in drawn(_graph(), "x")


def test_on_a_page_boxes_and_lines_lead_on_and_walls_stand() -> None:
    shown = Shown(
        nodes={"office": "/o", "servers": "/s"},
        edges={("office", "servers"): "/os"},
        walls={"servers": "<no-guests>", "office": "x"},
        broken=frozenset({("office", "servers")}),
    )
    root = ET.fromstring(drawn(_graph(), "x", shown=shown))
    assert root.get("role") == "group"
    assert {one.get("href") for one in root.iter(f"{SVG}a")} == {"/os", "/s", "/o"}
    walls = {
        one.findtext(f"{SVG}title"): one.get("class")
        for one in root.findall(f"{SVG}path")
        if "wall" in one.get("class", "")
    }
    assert walls == {"<no-guests>": "wall broken", "x": "wall"}
    marks = {
        one.findtext(f"{SVG}title"): one.get("marker-end") for one in root.iter(f"{SVG}path") if one.get("marker-end")
    }
    assert marks == {"office → servers: a": "url(#arrow-broken)", "servers → internet: b": "url(#arrow)"}


def test_a_blast_radius_lets_only_what_is_in_it_stand_out() -> None:
    shown = Shown(steps={"office": 0, "servers": 1}, used=frozenset({("office", "servers")}))
    root = ET.fromstring(drawn(_graph(), "x", shown=shown))
    classes = {one.findtext(f"{SVG}text"): one.get("class", "").split()[-1] for one in root.findall(f"{SVG}g")}
    assert classes["office"] == "start"
    assert classes["servers"] == "reached"
    assert classes["internet"] == "beyond"
    assert [one.get("class", "").split()[-1] for one in root.findall(f"{SVG}path")] == ["used", "beyond"]


def test_a_wall_hides_no_arrow() -> None:
    ends = []
    for walls in ({}, {"servers": "x"}):
        root = ET.fromstring(drawn(_graph(), "x", shown=Shown(walls=walls)))
        (line,) = [one for one in root.iter(f"{SVG}path") if "office →" in (one.findtext(f"{SVG}title") or "")]
        ends.append(float(line.get("d", "").split()[-2]))
        ends += [
            float(one.get("d", "M").split()[0][1:]) for one in root.iter(f"{SVG}path") if one.get("class") == "wall"
        ]
    without, with_wall, wall = ends
    assert with_wall < wall < without
