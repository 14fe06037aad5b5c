"""Documents that LibreOffice itself wrote, in its own formats and in those of Office before 2007."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.data.extraction import made


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text, a sheet and slides, in every format that LibreOffice writes and we read."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    folder = tmp_path_factory.mktemp("office")
    for name, make, endings in (
        ("text.docx", made.word, ("odt", "doc", "rtf", "pdf")),
        ("sheet.xlsx", made.sheet, ("ods", "xls")),
        ("slides.pptx", made.slides, ("odp", "ppt")),
    ):
        (folder / name).write_bytes(make())
        for ending in endings:
            profile = f"-env:UserInstallation=file://{folder}/profile"
            command = ["soffice", profile, "--headless", "--convert-to", ending, "--outdir", str(folder)]
            subprocess.run([*command, str(folder / name)], check=True, capture_output=True, timeout=180)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("text.odt", {("card", "text"), ("account", "document properties")}),
        ("text.doc", {("card", ""), ("account", "")}),
        ("text.rtf", {("card", "text"), ("account", "document properties")}),
        ("text.pdf", {("card", "page 1")}),
        ("sheet.ods", {("card", "sheet Salaries, row 1"), ("account", "comments")}),
        ("sheet.xls", {("card", "sheet Salaries, row 1"), ("account", "")}),
        ("slides.odp", {("card", "slide 1"), ("card", "properties"), ("account", "slide 1")}),
        ("slides.ppt", {("card", ""), ("account", "")}),
    ],
)
def test_what_it_writes_is_read(written: Path, name: str, places: set[tuple[str, str]]) -> None:
    inspected = made.inspected((written / name).read_bytes())
    assert (made.finds(inspected), inspected.why_not) == (places, set())
