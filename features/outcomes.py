"""What happened next: the label of each cohort row, with censoring stated rather than guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

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
        kinds = self.table.group_by(["outcome", "censored"]).aggregate([([], "count_all")]).to_pylist()
        return {row["censored"] or f"outcome {row['outcome']:.0f}": row["count_all"] for row in kinds}


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
    )
    return Outcome(_judged(found, rule))


def _judged(found: pa.Table, rule: OutcomeRule) -> pa.Table:
    """The labelled rows: person, date, outcome, date of the event, and why a row is censored if it is."""
    days = found["as_of"].combine_chunks().dictionary_encode()
    known = pa.array([rule.window.is_known(day, rule.data_until) for day in days.dictionary.to_pylist()], pa.bool_())
    waiting = pc.invert(known.take(days.indices))
    already = pc.and_(found["already"], pa.scalar(rule.first_ever))
    censored = pc.or_(already, waiting)
    event_on = pc.if_else(censored, pa.scalar(None, pa.date32()), found["event_on"])
    outcome = pc.if_else(censored, pa.scalar(None, pa.float64()), found["event_on"].is_valid().cast(pa.float64()))
    reason = pc.case_when(pc.make_struct(already, waiting), pa.scalar(ALREADY_HAPPENED), pa.scalar(NOT_YET_KNOWN))
    names = ["person", "as_of", "outcome", "event_on", "censored"]
    return pa.table([found["person"], found["as_of"], outcome, event_on, reason], names=names)
