"""Mail: messages as values, a queue in the database, and what sends them or writes them to files."""

from __future__ import annotations

from limen.mail.message import Message
from limen.mail.queue import Mails
from limen.mail.sender import Sender
