"""The same records with faults in them: a copy of a warehouse, to see how much a list hangs on what partners get wrong.

Nothing here ever goes back: the copy is written elsewhere, asked once, and thrown away by whoever asked for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from features.feeds.feed import sql_text
from features.store import scratch_store
from features.warehouse import Warehouse, save_warehouse

AS_IT_IS = ("person", "protected", "area", "relation", "area_event", "feed", "objection")
MOST_DAYS = 7
ONE_IN = 20
"""As many rows as a feed's error budget lets go; with more it is held back whole."""


@dataclass(frozen=True)
class Disturbance:
    """A fault of many records at once: in plain words, and what of an ``event`` is read instead, and which are left.

    Which way each goes is told by a hash of the record and the seed, so the same seed gives the same copy.
    """

    name: str
    plain: str
    reads: str = "*"
    keeps: str = "true"


_DRAWN = "hash(person, class_id, happened_on, record, $seed::BIGINT)"
_MOVED = f"happened_on + ({_DRAWN} % {2 * MOST_DAYS + 1})::INTEGER - {MOST_DAYS}"
DISTURBANCES = (
    Disturbance(
        "dates_off", f"Every date is off by up to {MOST_DAYS} days, either way",
        f"* REPLACE (least({_MOVED}, available_on, coalesce(ended_on, available_on)) AS happened_on)",
    ),
    Disturbance(
        "codes_unknown", f"One record in {ONE_IN} is set aside because its code is on no list",
        keeps=f"{_DRAWN} % {ONE_IN} <> 0",
    ),
)  # fmt: skip
"""The faults asked about. Dates stay before the day they became known, and before the end of what they begin."""


def write_disturbed(warehouse: Path, target: Path, persons: pa.Array, how: Disturbance, seed: int) -> None:
    """Write what a warehouse holds of these persons (int64) as it would be with one fault, to ``target``.

    Areas and what happened in them stay as they are, and so does everything that is not an event.
    """
    with Warehouse(warehouse) as held:
        input_digest, report = held.input_digest, held.report
    with scratch_store(target.parent) as connection:
        connection.execute(f"ATTACH {sql_text(str(warehouse))} AS before (READ_ONLY)")
        connection.execute("CREATE OR REPLACE TABLE event_class AS SELECT * FROM before.event_class")
        for table in AS_IT_IS:
            connection.execute(f"CREATE TABLE new_{table} AS SELECT * FROM before.{table}")
        connection.register("wanted", pa.table({"person": persons}))
        connection.execute(
            f"CREATE TABLE new_event AS SELECT {how.reads} FROM before.event "
            f"WHERE person IN (SELECT person FROM wanted) AND {how.keeps}",
            {"seed": seed},
        )
        connection.execute("DETACH before")
        save_warehouse(connection, target, f"{input_digest} {how.name} {seed}", report)
