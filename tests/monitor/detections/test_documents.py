"""YAML of rules is read within bounds, several documents a file, each with its lines."""

from __future__ import annotations

import pytest

from limen.monitor.detections.documents import DocumentError, read_documents


def test_each_document_knows_its_lines() -> None:
    first, second = read_documents("---\ntitle: a\nb:\n  c: [1, 2]\n---\n---\ntitle: z\n")
    assert (first.value, second.value) == ({"title": "a", "b": {"c": [1, 2]}}, {"title": "z"})
    assert [first.at(), first.at("b", "c"), first.at("b", "c", 1), first.at("b", "nowhere")] == [
        (2, 1), (4, 3), (4, 10), (3, 1),
    ]  # fmt: skip
    assert second.at("title") == (7, 1)


def test_nothing_is_no_document() -> None:
    assert read_documents("") == read_documents("# a comment\n---\n") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("title: [\n", 2),
        ("title: a\ntitle: b", 2),
        ("a: &x 1\nb: *x", 1),
        ("- a", 1),
        ("a: " + "[" * 40 + "]" * 40, 1),
        ("a: b\n" + "c: [" + "1, " * 60_000 + "]", 2),
        ("\n---\n".join(["a: b"] * 60), 100),
        ("x" * 1_000_001, 1),
        ("a: \x00", 1),
        ("a: !!python/object/apply:os.system ['true']", 1),
    ],
)
def test_a_file_that_is_no_file_of_rules_is_one_problem(text: str, line: int) -> None:
    with pytest.raises(DocumentError) as refused:
        read_documents(text)
    assert refused.value.line == line
    assert refused.value.fix
