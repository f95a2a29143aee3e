"""The warehouse: written again, whole, without what is to go. Nothing of a removed row stays in the new file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from features.content import ROWS
from features.feeds import FEEDS
from features.feeds.feed import sql_text
from features.people import ETHNIC_DETAIL, ETHNIC_GROUPS, NO_ETHNICITY, SEXES
from features.rights.held import read_held
from features.rights.place import At, Correction, Keeping, Told
from features.rights.subjects import Subjects
from features.store import Connection, scratch_store
from features.warehouse import Warehouse, save_warehouse
from features.workspace import Workspace, digest

COPIED = ("person", "protected", "area", "event", "relation", "area_event", "feed", "objection")
COLUMNS = {"event": ("person",), "relation": ("person", "other"), "person": ("person",), "protected": ("person",),
           "objection": ("person",)}  # fmt: skip
"""The columns of the warehouse that hold a pseudonym."""
OURS = "person IN (SELECT person FROM subject)"
_AGREEMENT_OF = {feed.name: feed.agreement for feed in FEEDS}


class Stored(Keeping):
    """Events, relations, months of birth and protected characteristics, by pseudonym; every version of each."""

    def find(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Rows that name them."""
        if not files:
            return 0
        with Warehouse(at.workspace.warehouse) as warehouse:
            return sum(_count(warehouse, table, subjects) for table in COLUMNS)

    def erase(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Write the warehouse again without them; each feed they were in counts as other content."""
        found = self.find(at, files, subjects)
        if found:
            change_warehouse(at.workspace, lambda connection: delete_people(connection, subjects))
        return found

    def object(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """Note, or no longer note, that they object: as ``features.rights.held`` says."""
        objected = {(row["numbering"], row["who"]) for row in read_held(at.workspace).rows("objection")}
        now = bool(subjects.numbers & objected)
        with Warehouse(at.workspace.warehouse) as warehouse:
            before = bool(subjects.persons & set(warehouse.objections()))
        if before != now:
            change_warehouse(at.workspace, lambda connection: _note(connection, subjects, now))
        return int(before != now)

    def withdraw(self, at: At, files: Sequence[Path], subjects: Subjects) -> int:
        """The same: what is held of objections decides."""
        return self.object(at, files, subjects)

    def rectify(self, at: At, files: Sequence[Path], subjects: Subjects, correction: Correction) -> int:
        """A date of birth changes the month of birth; sex and ethnicity what audits compare; a name nothing."""
        if correction.field in ("forename", "surname"):
            return 0
        change_warehouse(at.workspace, lambda connection: _correct(connection, subjects, correction))
        return 1

    def tell(self, at: At, files: Sequence[Path], subjects: Subjects) -> list[Told]:
        """What the warehouse knows, in rows; who else is related is not said."""
        if not files:
            return []
        with Warehouse(at.workspace.warehouse) as warehouse:
            who = sorted(subjects.persons)
            queries = {
                "What the warehouse holds": "SELECT kind, role, code, happened_on, ended_on, available_on AS "
                "known_from, withdrawn_on, value, gravity, place, source FROM event WHERE list_contains($who, person) "
                "ORDER BY happened_on, kind, source",
                "Month of birth": "SELECT birth_month FROM person WHERE list_contains($who, person)",
                "Characteristics, for checks of fairness only": "SELECT characteristic, value FROM protected "
                "WHERE list_contains($who, person) ORDER BY ALL",
                "Others on record with you (who is not said)": "SELECT kind, happened_on, ended_on, available_on AS "
                "known_from, source FROM relation WHERE list_contains($who, person) ORDER BY ALL",
            }
            found = {title: warehouse.sql(query, {"who": who}).to_pylist() for title, query in queries.items()}
        return [Told(title, "", tuple(map(_with_agreement, rows))) for title, rows in found.items() if rows]


def change_warehouse(
    workspace: Workspace, change: Callable[[Connection], None], *, rekeying: bool = False, report: str = ""
) -> None:
    """Write the warehouse again after ``change`` worked on its tables as ``new_<name>``, all or nothing.

    ``report`` is what its load is to say from then on, if something else than before.

    :raises Refusal: a load is running.
    """
    with Warehouse(workspace.warehouse, rekeying=rekeying) as warehouse:
        input_digest, report = warehouse.input_digest, report or warehouse.report
    with scratch_store(workspace.data) as connection:
        connection.execute(f"ATTACH {sql_text(str(workspace.warehouse))} AS before (READ_ONLY)")
        connection.execute("CREATE OR REPLACE TABLE event_class AS SELECT * FROM before.event_class")
        for table in COPIED:
            connection.execute(f"CREATE TABLE new_{table} AS SELECT * FROM before.{table}")
        connection.execute("DETACH before")
        change(connection)
        save_warehouse(connection, workspace.warehouse, input_digest, report)


def delete_people(connection: Connection, subjects: Subjects) -> None:
    """Take the subjects out of every table of a warehouse being changed."""
    _name_subjects(connection, subjects)
    related = f"SELECT DISTINCT source FROM new_relation WHERE {OURS} OR other IN (SELECT person FROM subject)"
    mark_changed(connection, f"SELECT DISTINCT source FROM new_event WHERE {OURS} UNION {related}")
    for table, columns in COLUMNS.items():
        for column in columns:
            connection.execute(f"DELETE FROM new_{table} WHERE {column} IN (SELECT person FROM subject)")


def mark_changed(connection: Connection, sources: str) -> None:
    """Give the feeds that a query names another digest of their content: that of what is left of them."""
    changed = connection.execute(f"SELECT name, content_digest FROM new_feed WHERE name IN ({sources})").fetchall()
    for name, was in changed:
        now = digest([was, "changed for somebody's rights", _left(connection)])
        connection.execute("UPDATE new_feed SET content_digest = ? WHERE name = ?", [now, name])


def _left(connection: Connection) -> list[Any]:
    return [connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in ROWS]


def _name_subjects(connection: Connection, subjects: Subjects) -> None:
    connection.execute("CREATE OR REPLACE TEMP TABLE subject AS SELECT unnest(?::BIGINT[]) AS person",
                       [sorted(subjects.persons)])  # fmt: skip


def _note(connection: Connection, subjects: Subjects, objects: bool) -> None:
    _name_subjects(connection, subjects)
    connection.execute(f"DELETE FROM new_objection WHERE {OURS}")
    if objects:
        connection.execute(f"INSERT INTO new_objection SELECT person FROM new_person WHERE {OURS}")


def _correct(connection: Connection, subjects: Subjects, correction: Correction) -> None:
    _name_subjects(connection, subjects)
    sources = "SELECT name FROM new_feed"
    if correction.field == "dob":
        connection.execute(f"UPDATE new_person SET birth_month = date_trunc('month', ?::DATE) WHERE {OURS}",
                           [correction.value])  # fmt: skip
        mark_changed(connection, sources)
        return
    name = "sex" if correction.field == "sex" else "ethnic_group"
    words = SEXES.get(correction.value, "unknown") if name == "sex" else _ethnic_group(correction.value)
    told = {name: words} | ({"ethnic_detail": _ethnic_detail(correction.value)} if name == "ethnic_group" else {})
    for characteristic, value in told.items():
        connection.execute(f"UPDATE new_protected SET value = ? WHERE characteristic = ? AND {OURS}",
                           [value, characteristic])  # fmt: skip


def _ethnic_group(code: str) -> str:
    return "Not known" if code in NO_ETHNICITY else ETHNIC_GROUPS.get(code[:1], "Not known")


def _ethnic_detail(code: str) -> str:
    group = _ethnic_group(code)
    return ETHNIC_DETAIL.get(code, group if group == "Not known" else f"{group}: not told apart")


def _count(warehouse: Warehouse, table: str, subjects: Subjects) -> int:
    named = " OR ".join(f"list_contains($who, {column})" for column in COLUMNS[table])
    found = warehouse.sql(f"SELECT count(*) AS n FROM {table} WHERE {named}", {"who": sorted(subjects.persons)})
    return int(found["n"][0].as_py())


def _with_agreement(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"agreement": _AGREEMENT_OF.get(row["source"], "")} if "source" in row else row
