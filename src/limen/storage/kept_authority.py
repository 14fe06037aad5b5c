"""Authorities whose key Limen keeps, sealed. Each signs certificates of one kind, and is made when first needed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table, Text, insert, select

from limen import private_authority
from limen.clock import Instant
from limen.private_authority import Authority
from limen.storage.database import Transaction
from limen.storage.keyring import Keyring
from limen.storage.tables import metadata, rows_called


class KeptAuthority:
    """The authority that signs for `whom` ("devices"), in a table of its own. `called`: one such row, and several."""

    def __init__(self, table: str, whom: str, called: tuple[str, str]) -> None:
        self._whom = whom
        self.table = Table(
            table,
            metadata,
            Column("id", String(64), primary_key=True),
            Column("sealed", LargeBinary, nullable=False),
            Column("certificate", Text, nullable=False),
            Column("made_at", BigInteger, nullable=False),
            info=rows_called(*called),
        )
        """`id` is the SHA-256 of the certificate, which is PEM; `sealed` its private key, PKCS #8."""

    def kept(self, transaction: Transaction, keyring: Keyring, now: Instant, company: str) -> Authority:
        """The newest; made where there is none yet. `company` is what its certificate calls its holder."""
        table, connection = self.table, transaction.connection
        row = connection.execute(select(table).order_by(table.c.made_at.desc())).first()
        if row is not None:
            der = keyring.open_sealed(table.name, row.id, "sealed", row.sealed)
            return private_authority.loaded(row.certificate, der)
        made = private_authority.new_authority(f"{company[:40]}: {self._whom} (Limen)", now)
        sealed = keyring.seal(table.name, made.id, "sealed", made.der)
        values = {"id": made.id, "sealed": sealed, "certificate": made.authority.certificate, "made_at": now}
        connection.execute(insert(table).values(values))
        return made.authority
