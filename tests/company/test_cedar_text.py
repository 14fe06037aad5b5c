from __future__ import annotations

import cedarpy
import pytest

from limen.company.cedar_text import MAX_POLICY, Found, ends, parse, pieces, refused_outright, unseen, word_at

TWO = """// one; two "
@id("a;b")
permit (principal, action, resource); // end;

forbid (principal, action, resource) when { context.x == "\\";" };"""


def test_a_file_is_cut_at_semicolons_that_are_no_text_and_no_comment() -> None:
    first, second = pieces(TWO)
    assert first.text.startswith('@id("a;b")')
    assert first.text.endswith("resource);")
    assert second.text.startswith("forbid")
    assert TWO[second.offset :] == second.text


def test_a_file_of_comments_has_no_policy() -> None:
    assert list(pieces("// nothing; here\n")) == []


def test_a_policy_is_parsed_to_cedars_own_form() -> None:
    (piece,) = pieces('@id("a") permit (principal, action, resource);')
    body = parse(piece, cedarpy.policies_to_json_str)
    assert isinstance(body, dict)
    assert (body["effect"], body["annotations"]) == ("permit", {"id": "a"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("permit (principal, action, resource) when { a.b.c.d > > 1 };", ">"),
        ("permit (principal, action resource);", "resource"),
        ("permit (principal, action, resource) when { 1 + };", "}"),
        ("permit (principal, action, resource)) when { true };", ")"),
    ],
)
def test_the_token_the_parser_stumbles_over_is_found(text: str, found: str) -> None:
    (piece,) = pieces(text)
    complaint = parse(piece, cedarpy.policies_to_json_str)
    assert isinstance(complaint, Found)
    assert text[complaint.offset :].startswith(found)


@pytest.mark.parametrize("text", ["(" * 100, "!" * 100, "-" * 100, "[{" * 40, "if x then " * 70])
def test_what_is_too_deep_never_reaches_the_parser(text: str) -> None:
    (piece,) = pieces(text)
    complaint = refused_outright(piece)
    assert complaint is not None
    assert "nests deeper" in complaint.what


def test_much_that_is_not_deep_passes() -> None:
    for text in ("a && !b || " * 500 + "c;", "[1, -1, " + "-2, " * 500 + "3];", "(a) && " * 500 + "b;"):
        (piece,) = pieces(text)
        assert refused_outright(piece) is None


def test_a_word_is_found_as_a_token_before_it_is_found_inside_another() -> None:
    (piece,) = pieces('@id("ab") permit (principal in Group::"b", action, resource == App::"a");')
    assert piece.text[word_at(piece, '"b"') :].startswith('"b"')
    assert word_at(piece, "nothing") == 0


def test_ends_are_where_pieces_end() -> None:
    assert list(ends(TWO)) == [one.offset + len(one.text) - 1 for one in pieces(TWO)]


def test_a_comment_ends_where_the_parser_ends_it() -> None:
    (piece,) = pieces("// one\rpermit (principal, action, resource);")
    assert piece.text.startswith("permit")


def test_nothing_is_read_behind_what_is_too_long_to_be_a_policy() -> None:
    (piece,) = pieces("a " * MAX_POLICY)
    found = refused_outright(piece)
    assert found is not None
    assert "longer than" in found.what


def test_characters_that_turn_the_text_around_are_found_in_comments_too() -> None:
    assert [one.offset for one in unseen("// a\u202eb\u2066")] == [4, 6]


def test_members_may_hang_on_each_other_only_so_long() -> None:
    (short,) = pieces("permit (principal, action, resource) when { context" + ".a" * 200 + " };")
    (long,) = pieces("permit (principal, action, resource) when { context" + ".a" * 201 + " };")
    assert refused_outright(short) is None
    assert refused_outright(long) is not None


def test_one_text_that_makes_a_policy_too_long_is_named_by_its_place() -> None:
    text = 'permit (principal, action, resource)\nwhen { context.place.country == "' + "x" * MAX_POLICY + '" };'
    (piece,) = pieces(text)
    found = refused_outright(piece)
    assert found is not None
    assert (text[found.offset - 3 : found.offset + 1], found.fix) == ('== "', "shorten it")
    assert found.what.endswith(f", {MAX_POLICY + 2} of them in the text that begins here")
