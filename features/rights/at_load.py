"""What people asked for, applied while a delivery is loaded: corrections stand, objections hold, the erased stay out.

Everything runs inside the load's scratch store. Whoever is erased is linked first and left out then, with every record
that is theirs, so that a new number of an old record does not bring them back.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import pyarrow as pa

from features.feeds import Feed
from features.feeds.feed import sql_name
from features.linkage import Links, Remembered
from features.rights.held import Held, Recogniser, decisions_again
from features.rights.retention import leave_out_expired
from features.rights.subjects import NUMBER_COLUMNS, Number, folded
from features.store import Connection
from features.windows import sql_comes_before

STATEMENT = "numbering, who, forename, surname, dob, sex, ethnicity, stated_on"
FIRST = -1
"""The precedence of a correction: before every partner's word."""


@dataclass
class AtLoad:
    """What is held, as one load applies it. ``left_out`` are the pseudonyms of people it left out."""

    held: Held = field(default_factory=Held)
    recognise: Recogniser | None = None
    left_out: frozenset[int] = frozenset()

    def state(self, connection: Connection) -> None:
        """Add corrections to ``stated``: known from the day they were made."""
        connection.register("corrected", self.held.table("correction"))
        connection.execute(f"""
            INSERT INTO stated BY NAME
            SELECT {STATEMENT}, stated_on AS known_on, {FIRST} AS precedence, 'correction' AS feed FROM corrected
            SEMI JOIN stated USING (numbering, who)
        """)
        connection.unregister("corrected")

    def remembered(self, connection: Connection, remembered: Remembered) -> Remembered:
        """What is remembered, with what was decided about people who are erased since."""
        if self.recognise is None or not self.held.rows("apart"):
            return remembered
        again = decisions_again(self.held, self.recognise, _numbers(connection, "stated"))
        return replace(remembered, decisions=pa.concat_tables([remembered.decisions, again]))

    def leave_out(self, connection: Connection, links: Links, feeds: Collection[Feed]) -> Links:
        """Take whoever was erased, or let go as grown up, out of all that was read and linked; ``links`` without them.

        People are described already (``new_person``), and no event is made yet.
        """
        connection.execute("CREATE TEMP TABLE theirs (person BIGINT)")
        connection.execute("CREATE TEMP TABLE their_number (numbering VARCHAR, who VARCHAR)")
        self._find_erased(connection)
        for born_before in self._adults_born_before:
            connection.execute(f"INSERT INTO theirs SELECT person FROM new_person WHERE {born_before}")
        connection.execute("INSERT INTO their_number SELECT DISTINCT numbering, who FROM number SEMI JOIN theirs USING "
                           "(person)")  # fmt: skip
        self.left_out = frozenset(row[0] for row in connection.execute("SELECT person FROM theirs").fetchall())
        if not self.left_out and not connection.execute("SELECT 1 FROM their_number LIMIT 1").fetchall():
            return links
        for table in ("number", "identity", "described", "new_person", "new_protected"):
            connection.execute(f"DELETE FROM {table} WHERE person IN (SELECT person FROM theirs)")
        for table in ("link", "decision"):
            for side in ("left", "right"):
                connection.execute(f"DELETE FROM {table} USING their_number t "
                                   f"WHERE {side}_numbering = t.numbering AND {side}_who = t.who")  # fmt: skip
        self._leave_out_rows(connection, feeds)
        return replace(links, review=_without(connection, links.review))

    @property
    def _adults_born_before(self) -> list[str]:
        """What is true of whoever retention let go, as SQL over ``new_person``; nothing where it never ran."""
        cuts = [row["adults_born_before"] for row in self.held.rows("retention")]
        return [sql_comes_before("birth_month", f"DATE '{max(cuts)}'")] if cuts else []

    def _find_erased(self, connection: Connection) -> None:
        """Fill ``theirs`` and ``their_number`` with whoever a digest recognises, and remember their new numbers."""
        if self.recognise is None or not self.held.rows("suppression"):
            return
        erased = self.recognise.are_suppressed(self.held, _numbers(connection, "number"))
        connection.register("erased", _as_table(erased))
        connection.execute("INSERT INTO theirs SELECT DISTINCT person FROM number SEMI JOIN erased USING (numbering, "
                           "who)")  # fmt: skip
        connection.execute("INSERT INTO their_number SELECT * FROM erased")
        connection.unregister("erased")
        self._remember_new_numbers(connection)

    def leave_out_history(self, connection: Connection) -> None:
        """Take them out of what earlier deliveries said, too."""
        for table, columns in (("new_event", ("person",)), ("new_relation", ("person", "other")),
                               ("new_person", ("person",)), ("new_protected", ("person",))):  # fmt: skip
            for column in columns if self.left_out else ():
                connection.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT unnest(?::BIGINT[]))",
                                   [sorted(self.left_out)])  # fmt: skip

    def leave_out_expired(self, connection: Connection) -> None:
        """Take out what a retention run found expired, as on the day of the latest one."""
        ran = [row["ran_on"] for row in self.held.rows("retention")]
        if ran:
            leave_out_expired(connection, max(ran))

    def make_objections(self, connection: Connection) -> None:
        """Make ``new_objection``: the people, as linked now, whose numbers somebody objected for."""
        connection.register("objected", self.held.table("objection"))
        connection.execute("CREATE TABLE new_objection AS SELECT DISTINCT person FROM number SEMI JOIN objected USING "
                           "(numbering, who)")  # fmt: skip
        connection.unregister("objected")

    def _remember_new_numbers(self, connection: Connection) -> None:
        """A number newly linked to somebody who was erased is recognised from now on without that link."""
        assert self.recognise is not None
        rows, since = self.held.rows("suppression"), max(row["since"] for row in self.held.rows("suppression"))
        known = self.recognise.known(self.held, "number")
        linked = connection.execute("SELECT DISTINCT numbering, who FROM number SEMI JOIN theirs USING (person)")
        digests = {self.recognise.of("number", *each) for each in linked.fetchall()}
        rows += [{"kind": "number", "digest": each, "since": since} for each in sorted(digests - known)]
        self.held = self.held.having("suppression", rows)

    def _leave_out_rows(self, connection: Connection, feeds: Collection[Feed]) -> None:
        """Take their rows out of every extract that was read, good rows and bad."""
        for feed in feeds:
            names = [column.name for column in feed.columns]
            for name in (name for name in names if name in NUMBER_COLUMNS):
                connection.execute(f"DELETE FROM checked_{feed.name} USING their_number t WHERE t.numbering = "
                                   f"'{NUMBER_COLUMNS[name]}' AND t.who = {sql_name(name)}")  # fmt: skip
            if {"forename", "surname", "dob"} <= set(names):
                self._leave_out_bad_rows(connection, feed)

    def _leave_out_bad_rows(self, connection: Connection, feed: Feed) -> None:
        """A row that broke its contract may have lost its number: it is known by name and date of birth."""
        if self.recognise is None:
            return
        table = f"checked_{feed.name}"
        bad = connection.execute(f"SELECT DISTINCT forename, surname, dob FROM {table} WHERE reason <> ''").fetchall()
        known = self.recognise.known(self.held, "name")
        theirs = [row for row in bad if self.recognise.of("name", *folded(*row)) in known]
        for row in theirs:
            same = " AND ".join(f"{name} IS NOT DISTINCT FROM ?" for name in ("forename", "surname", "dob"))
            connection.execute(f"DELETE FROM {table} WHERE reason <> '' AND {same}", list(row))


def _numbers(connection: Connection, table: str) -> list[Number]:
    rows = connection.execute(f"SELECT DISTINCT numbering, who FROM {table} WHERE who IS NOT NULL").fetchall()
    return [(f"{numbering}", f"{who}") for numbering, who in rows]


def _as_table(numbers: Collection[Number]) -> pa.Table:
    ordered = sorted(numbers)
    return pa.table({"numbering": pa.array([each[0] for each in ordered], pa.string()),
                     "who": pa.array([each[1] for each in ordered], pa.string())})  # fmt: skip


def _without(connection: Connection, review: pa.Table) -> pa.Table:
    """The doubtful pairs without those that have somebody left out at either end."""
    connection.register("review_of", review)
    ids = "SELECT number_id FROM linking_number SEMI JOIN their_number USING (numbering, who)"
    kept = connection.sql(f'SELECT * FROM review_of WHERE "left" NOT IN ({ids}) AND "right" NOT IN ({ids})')
    table = kept.to_arrow_table()
    connection.unregister("review_of")
    return table
