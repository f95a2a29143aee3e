"""Doubtful pairs for a person to decide: a file with names, beside the identity store, that only its owner can read.

Somebody writes ``same`` or ``different`` under ``verdict``, their name, the day and why; ``read_verdicts`` takes it in.
What is decided is kept in the identity store, and holds for every later load.
"""

from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path

import pyarrow as pa

from features.errors import BadInput, all_faults
from features.feeds.feed import Numbering, sql_text
from features.linkage.decided import DECISION_SCHEMA
from features.store import Connection
from features.workspace import whole_file

NUMBERS = ("left_numbering", "left_who", "right_numbering", "right_who")
VERDICT = ("verdict", "decided_by", "decided_on", "reason")
VERDICTS = {"same": True, "different": False}


def write_review(connection: Connection, review: pa.Table, path: Path) -> None:
    """Write the pairs of ``Links.review``, the likest first, as both records state them; cells to fill in are empty."""
    connection.register("doubtful", review)
    agg = "string_agg(DISTINCT {0}, ' / ' ORDER BY {0})".format
    described = f"""
        SELECT number_id, {agg("concat_ws(' ', forename, surname)")} AS names,
               {agg("dob::VARCHAR")} AS born, {agg("stated.sex")} AS sex,
               {agg("coalesce(stated.lsoa, council)")} AS home
        FROM linking_number JOIN stated USING (numbering, who)
        WHERE number_id IN (SELECT "left" FROM doubtful UNION SELECT "right" FROM doubtful) GROUP BY number_id
    """
    sides = ", ".join(
        f"{side}_n.numbering AS {side}_numbering, {side}_n.who AS {side}_who, "
        + ", ".join(f"{side}_d.{name} AS {side}_{name}" for name in ("names", "born", "sex", "home"))
        for side in ("left", "right")
    )
    joins = " ".join(
        f'JOIN linking_number {side}_n ON {side}_n.number_id = doubtful."{side}" '
        f'LEFT JOIN described {side}_d ON {side}_d.number_id = doubtful."{side}"'
        for side in ("left", "right")
    )
    empty = ", ".join(f"NULL AS {name}" for name in VERDICT)
    with whole_file(path) as scratch:
        connection.execute(f"""
            COPY (WITH described AS ({described})
                  SELECT {sides}, round(weight, 1) AS evidence_bits, {empty} FROM doubtful {joins}
                  ORDER BY weight DESC, left_who, right_who) TO {sql_text(str(scratch))} (HEADER)
        """)
        os.chmod(scratch, 0o600)
    connection.unregister("doubtful")


def read_verdicts(path: Path) -> pa.Table:
    """The rows of a review file that somebody decided, as ``DECISION_SCHEMA``.

    :raises BadInput: no such file or columns; a verdict without a name, day or reason, or that is no verdict: all
        faults together, by line, without what is in the cells.
    """
    if not path.is_file():
        raise BadInput(f"no review file at {path}: a load writes one (risk-model intake)")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        missing = [name for name in (*NUMBERS, *VERDICT) if name not in (reader.fieldnames or ())]
        if missing:
            raise BadInput(f"{path}: no column {', '.join(missing)}; fill in the file as it was written")
        rows = [(line, row) for line, row in enumerate(reader, 2) if (row["verdict"] or "").strip()]
    faults = [fault for line, row in rows for fault in _faults(line, row)]
    if faults:
        raise BadInput(all_faults(f"{path}, {len(faults)} fault(s); nothing was taken in:", faults))
    decided = [{name: row[name].strip() for name in (*NUMBERS, "decided_by", "reason")}
               | {"same": VERDICTS[row["verdict"].strip()], "decided_on": date.fromisoformat(row["decided_on"].strip())}
               for _, row in rows]  # fmt: skip
    return pa.Table.from_pylist(decided, DECISION_SCHEMA)


def _faults(line: int, row: dict[str, str]) -> list[str]:
    found = []
    if row["verdict"].strip() not in VERDICTS:
        found.append(f"line {line}: the verdict is same or different")
    found += [f"line {line}: {name} is empty" for name in ("decided_by", "reason") if not (row[name] or "").strip()]
    if not {row["left_numbering"], row["right_numbering"]} <= {str(name) for name in Numbering}:
        found.append(f"line {line}: its numberings are not ours; leave those cells as they were written")
    try:
        date.fromisoformat((row["decided_on"] or "").strip())
    except ValueError:
        found.append(f"line {line}: decided_on is not a date (YYYY-MM-DD)")
    return found


def with_verdicts(kept: pa.Table, new: pa.Table) -> pa.Table:
    """Earlier decisions and new ones, each once."""
    rows = {tuple(sorted(row.items())): row for row in [*kept.to_pylist(), *new.to_pylist()]}
    return pa.Table.from_pylist(list(rows.values()), DECISION_SCHEMA)
