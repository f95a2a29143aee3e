"""Who could be referred on each date, as was known on that date, with every step of attrition kept as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from features.definition import Where
from features.errors import BadConfiguration, EmptyCohort, all_faults
from features.homes import sql_home
from features.warehouse import Warehouse
from features.windows import LookBack, sql_age_in_years, sql_in_look_back, sql_surely_aged, sql_visible


@dataclass(frozen=True)
class CuspRule:
    """Aged ``youngest`` to ``oldest``, living in one of ``areas``, with recent contact, and not ``already`` an entrant.

    ``entry`` names the contacts that count, in the look-back ``entry_window``; all as known on the date.
    """

    youngest: int
    oldest: int
    areas: tuple[str, ...]
    entry: tuple[Where, ...]
    entry_window: LookBack
    already: Where


@dataclass(frozen=True)
class ScreenedRule:
    """Everybody on the date of their first ``screening``, if it is ``usable``; from ``before`` on they are dropped."""

    screening: Where
    usable: Where
    before: date | None = None
    before_reason: str = ""


NO_CASE = "no court case was found for the screening, so whether they returned cannot be known"


@dataclass(frozen=True)
class AttritionStep:
    """One step of the attrition table. ``as_of`` is None where the dates differ between people."""

    as_of: date | None
    step: str
    reason: str
    removed: int
    remaining: int


@dataclass(frozen=True)
class Cohort:
    """``table``: person int64, as_of date32, area string (local authority), age_years int16; sorted by person, date."""

    table: pa.Table
    attrition: tuple[AttritionStep, ...]

    def attrition_records(self) -> list[dict[str, Any]]:
        """The attrition table as plain records."""
        return [asdict(step) for step in self.attrition]


OBJECTED = "they, or somebody for them, object to being scored"
CUSP_STEPS = (
    ("aged", "not surely aged {youngest} to {oldest} on the date"),
    ("not_objected", OBJECTED),
    ("in_area", "not known to live in one of the teams' areas on the date"),
    ("contact", "no recent contact of the kinds that put a young person on the cusp"),
    ("not_entrant", "already a first-time entrant, as known on the date"),
)


def cusp_cohort(warehouse: Warehouse, rule: CuspRule, dates: Sequence[date]) -> Cohort:
    """The cusp cohort on each date.

    :raises EmptyCohort: nobody is left on one of the dates, naming the step that removed the last.
    :raises BadConfiguration: an entry rule is not in the vocabulary.
    """
    faults = [fault for where in (*rule.entry, rule.already) for fault in where.faults()]
    if faults:
        raise BadConfiguration(all_faults("cohort rule:", faults))
    given = {"dates": list(dates), "areas": list(rule.areas)}
    found = warehouse.sql(_counted_and_kept(rule), given)
    counts, kept = found.filter(found["person"].is_null()), found.filter(found["person"].is_valid())
    everybody = int(warehouse.sql("SELECT count(*) AS n FROM person")["n"][0].as_py())
    attrition = [step for row in counts.to_pylist() for step in _steps(row, rule, everybody)]
    _refuse_empty(attrition, dates)
    return Cohort(_typed(kept), tuple(attrition))


def _counted_and_kept(rule: CuspRule) -> str:
    """One query for both: a row a date (no person) with who is left after each step, then everybody kept."""
    names = [name for name, _ in CUSP_STEPS]
    steps = [f"count(*) FILTER ({' AND '.join(names[: at + 1])}) AS {name}" for at, name in enumerate(names)]
    return f"""
        WITH {_cusp_sql(rule)}
        SELECT NULL AS person, as_of, NULL AS area, NULL AS age_years, {", ".join(steps)} FROM flags GROUP BY as_of
        UNION ALL
        SELECT person, as_of, area, age_years, {", ".join(f"NULL AS {name}" for name in names)} FROM flags
        WHERE {" AND ".join(names)}
        ORDER BY person NULLS FIRST, as_of"""


def _cusp_sql(rule: CuspRule) -> str:
    """Common table expressions ending in ``flags``: a row per person and date, a truth value per step."""
    visible, past = sql_visible("d.as_of"), sql_in_look_back("d.as_of", LookBack())
    entry = " OR ".join(where.sql() for where in rule.entry)
    recent = sql_in_look_back("d.as_of", rule.entry_window)
    return f"""
        d AS (SELECT unnest($dates::DATE[]) AS as_of),
        people AS (
            SELECT p.person, d.as_of, {sql_age_in_years("p.birth_month", "d.as_of")}::SMALLINT AS age_years,
                {sql_surely_aged("p.birth_month", "d.as_of", rule.youngest, rule.oldest)} AS aged
            FROM person p, d WHERE aged),
        home AS ({sql_home("d")}),
        contacts AS (SELECT DISTINCT e.person, d.as_of FROM event e, d WHERE ({entry}) AND {visible} AND {recent}),
        entrants AS (SELECT DISTINCT e.person, d.as_of FROM event e, d
            WHERE {rule.already.sql()} AND {visible} AND {past}),
        flags AS MATERIALIZED (
            SELECT people.person, people.as_of, people.age_years, people.aged,
                area.local_authority_code AS area,
                coalesce(list_contains($areas::VARCHAR[], area.local_authority_code), false) AS in_area,
                objection.person IS NULL AS not_objected,
                contacts.person IS NOT NULL AS contact, entrants.person IS NULL AS not_entrant
            FROM people
            LEFT JOIN objection USING (person)
            LEFT JOIN home USING (person, as_of)
            LEFT JOIN area ON area.lsoa_code = home.place
            LEFT JOIN contacts USING (person, as_of)
            LEFT JOIN entrants USING (person, as_of))"""


def _steps(row: dict[str, Any], rule: CuspRule, everybody: int) -> list[AttritionStep]:
    found = [AttritionStep(row["as_of"], "on_record", "everybody in the warehouse", 0, everybody)]
    before = everybody
    for name, reason in CUSP_STEPS:
        plain = reason.format(youngest=rule.youngest, oldest=rule.oldest)
        found.append(AttritionStep(row["as_of"], name, plain, before - row[name], row[name]))
        before = row[name]
    return found


def _refuse_empty(attrition: Sequence[AttritionStep], dates: Sequence[date]) -> None:
    absent = sorted(set(dates) - {step.as_of for step in attrition if step.as_of})
    faults = [f"{day}: nobody of that age is on record" for day in absent]
    faults += [
        f"{step.as_of}: the last {step.removed} left at this step: {step.reason}"
        for step in attrition
        if step.remaining == 0 and step.removed
    ]
    if faults:
        raise EmptyCohort(all_faults("empty cohort; check the dates, the areas and the cohort rule:", faults))


def screened_cohort(warehouse: Warehouse, rule: ScreenedRule) -> Cohort:
    """Everybody on the date of their first screening, less those with a known label defect.

    :raises EmptyCohort: nobody is left.
    """
    areas = warehouse.areas()["local_authority_code"].unique().to_pylist()
    if len(areas) != 1:
        raise BadConfiguration(f"a screened cohort needs one area, the warehouse has {len(areas)}")
    screened = warehouse.sql(
        f"""SELECT p.person, e.happened_on AS as_of, '{areas[0]}' AS area, {rule.usable.sql()} AS usable,
               {sql_age_in_years("p.birth_month", "e.happened_on")}::SMALLINT AS age_years
            FROM event e JOIN person p USING (person) ANTI JOIN objection USING (person) WHERE {rule.screening.sql()}
            QUALIFY row_number() OVER (PARTITION BY p.person ORDER BY e.happened_on, e.record) = 1
            ORDER BY p.person"""
    )
    usable = screened.filter(screened["usable"])
    steps = [
        AttritionStep(None, "screened", "everybody with a screening", 0, len(screened)),
        AttritionStep(None, "no_case", NO_CASE, len(screened) - len(usable), len(usable)),
    ]
    kept = usable
    if rule.before is not None:
        kept = usable.filter(pa.compute.less(usable["as_of"], pa.scalar(rule.before, pa.date32())))
        reason = f"screened on or after {rule.before}: {rule.before_reason}"
        steps.append(AttritionStep(None, "label_defect", reason, len(usable) - len(kept), len(kept)))
    if len(kept) == 0:
        raise EmptyCohort(f"empty cohort: of {len(screened)} people screened, none is left before {rule.before}")
    return Cohort(_typed(kept), tuple(steps))


def _typed(table: pa.Table) -> pa.Table:
    names = [("person", pa.int64()), ("as_of", pa.date32()), ("area", pa.string()), ("age_years", pa.int16())]
    return table.select([name for name, _ in names]).cast(pa.schema(names))
