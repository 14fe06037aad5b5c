"""HTML and XML: what a browser shows is one text, what it does not is read as well."""

from __future__ import annotations

from tests.data.extraction import made

from limen.data.extraction.web_page import read_markup, read_page


def test_words_are_those_that_are_shown() -> None:
    page = "<p>41<b>11</b> 1111</p><td>a</td><td>b</td>&#52;111<script>var a</script><a href='https://harbor.example/'>x</a>"
    texts, _, _ = made.read_by(read_page, page.encode())
    assert texts["text"] == "4111 1111\na b4111\nx\n"
    assert texts["not shown"].strip() == "var a"
    assert texts["properties"].split() == ["https://harbor.example/"]


def test_cells_stand_beside_each_other_however_the_markup_is_laid_out() -> None:
    rows = "<table>\n<tr>\n  <td>4111</td>\n  <td>\n1111 </td>\n</tr>\n<tr><th>a</th><td>b</td></tr></table>"
    assert made.read_by(read_page, rows.encode())[0]["text"].split("\n") == ["4111 1111 ", "a b", ""]


def test_other_encodings_are_read() -> None:
    assert "Grüße" in made.read_by(read_page, "<p>Grüße</p>".encode("utf-16"))[0]["text"]
    assert "Grüße" in made.read_by(read_page, "<p>Grüße</p>".encode("cp1252"))[0]["text"]
    declared = '<?xml version="1.0" encoding="iso-8859-1"?><a>Grüße</a>'.encode("latin-1")
    assert "Grüße" in made.read_by(read_markup, declared)[0]["text"]


def test_names_of_elements_and_attributes_are_read() -> None:
    for reader, page in (
        (read_page, f"<p><x{made.SECRET} {made.SECRET}b=''>"),
        (read_markup, f"<a><b{made.SECRET}/></a>"),
    ):
        assert made.SECRET.lower() in made.read_by(reader, page.encode())[0]["properties"].lower()


def test_what_stands_side_by_side_is_read_alone_as_well() -> None:
    """Whether styles set them apart is not known. Scripts are read as a whole, wherever their parser cuts them."""
    page = f"<p><span>{made.CARD}</span><span>{made.SECRET}</span></p>"
    texts, _, _ = made.read_by(read_page, page.encode())
    assert texts["text"] == f"{made.CARD}{made.SECRET}\n"
    assert texts["formatted text"].split("\n")[0] == made.CARD
    for before in range(16_340, 16_400):
        script = f"<script>{'x ' * 2}{'y' * before} {made.SECRET} </script>"
        assert made.SECRET in made.read_by(read_page, script.encode())[0]["not shown"]
