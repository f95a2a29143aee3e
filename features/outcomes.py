"""What happened next: the label of each cohort row, with censoring stated rather than guessed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from features.cohort import Cohort
from features.definition import Where
from features.errors import BadConfiguration, all_faults
from features.warehouse import Warehouse
from features.windows import LookAhead, LookBack, sql_in_look_ahead, sql_in_look_back, sql_visible

NOT_YET_KNOWN = "not yet known: the outcome window and the wait for late records end after the data"
ALREADY_HAPPENED = "already happened before the date, recorded later: not at risk"


@dataclass(frozen=True)
class OutcomeRule:
    """An event named by ``events`` in ``window`` after the date, as known when the data ends (``data_until``).

    With ``first_ever``, somebody whose first such event came before the date (but became known only after it) is not
    at risk and is censored. A person who turns 18 inside the window without the event has outcome 0: a first-time
    entrant is by definition aged 10-17.
    """

    events: Where
    window: LookAhead
    data_until: date
    first_ever: bool = True


@dataclass(frozen=True)
class Outcome:
    """``table``: person, as_of, outcome (1, 0 or null), event_on (null where none), censored (null or the reason)."""

    table: pa.Table

    def counts(self) -> dict[str, int]:
        """Rows with outcome 1, outcome 0, and censored by reason."""
        values, reasons = self.table["outcome"].to_pylist(), self.table["censored"].to_pylist()
        return dict(Counter(reason or f"outcome {value:.0f}" for value, reason in zip(values, reasons, strict=True)))


def label(warehouse: Warehouse, cohort: Cohort, rule: OutcomeRule) -> Outcome:
    """The outcome of every cohort row, in the cohort's order.

    :raises BadConfiguration: the outcome's events are not in the vocabulary.
    """
    faults = rule.events.faults()
    if faults:
        raise BadConfiguration(all_faults("outcome rule:", faults))
    known = sql_visible("$until::DATE")
    found = warehouse.sql(
        f"""
        SELECT r.person, r.as_of,
            min(e.happened_on) FILTER ({sql_in_look_ahead("r.as_of", rule.window)}) AS event_on,
            coalesce(bool_or({sql_in_look_back("r.as_of", LookBack())}), false) AS already
        FROM rows r LEFT JOIN event e ON e.person = r.person AND {rule.events.sql()} AND {known}
        GROUP BY r.person, r.as_of ORDER BY r.person, r.as_of""",
        {"until": rule.data_until},
        rows=cohort.table.select(["person", "as_of"]),
    ).to_pylist()
    return Outcome(_table([_judge(row, rule) for row in found]))


def _judge(row: dict[str, Any], rule: OutcomeRule) -> tuple[Any, ...]:
    """One labelled row: person, date, outcome, date of the event, and why it is censored if it is."""
    person, as_of, event_on = row["person"], row["as_of"], row["event_on"]
    if rule.first_ever and row["already"]:
        return person, as_of, None, None, ALREADY_HAPPENED
    if not rule.window.is_known(as_of, rule.data_until):
        return person, as_of, None, None, NOT_YET_KNOWN
    return person, as_of, float(event_on is not None), event_on, None


def _table(rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    kinds = [pa.int64(), pa.date32(), pa.float64(), pa.date32(), pa.string()]
    names = ["person", "as_of", "outcome", "event_on", "censored"]
    return pa.table([pa.array(c, k) for c, k in zip(columns, kinds, strict=True)], names=names)
