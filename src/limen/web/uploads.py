"""A form of ours with one file: as strict as other forms, and read into bounded room."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from limen.web.requests import MAX_VALUE, UnreadableError, check_csrf, check_sent

MOST_FIELDS = 8
MOST_NAME = 255


@dataclass(frozen=True, slots=True)
class Upload:
    """The fields of such a form, each once, and its file: its content, and its name, as whoever sent it says."""

    fields: dict[str, str]
    content: bytes
    name: str = ""


async def read_upload(request: Request, own_origin: str, secret: str, most: int) -> Upload:
    """The form, its file up to `most` bytes and one more. Raises NotOursError, UnreadableError."""
    check_sent(request, own_origin, "multipart/form-data")
    try:
        async with request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=MAX_VALUE) as form:
            fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
            files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
            content = await files[0].read(most + 1) if len(files) == 1 else b""
            name = (files[0].filename or "")[:MOST_NAME] if len(files) == 1 else ""
    except HTTPException:
        raise UnreadableError from None
    check_csrf(fields.get("csrf", ""), secret)
    return Upload(fields, content, name)
