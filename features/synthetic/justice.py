"""Youth justice cases: every community resolution, outcome 22, caution and court disposal, as teams record it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from features.events import DISPOSALS, OFFENCE_GROUPS
from features.synthetic.areas import Areas
from features.synthetic.clock import CUT, Ints
from features.synthetic.decisions import Suspicions
from features.synthetic.defects import USUAL, Defects
from features.synthetic.names import record_numbers, shuffled_numbers
from features.synthetic.population import Children
from features.synthetic.recorded import typed_births, typed_names
from features.synthetic.writing import Column, coded, dates_of_birth, days, texts

_MONTHS_LONG = {"CR": 1, "O22": 4, "YC": 0, "YCC": 3, "absolute_discharge": 0, "fine": 0, "referral_order": 6,
                "YRO": 12, "DTO": 8}  # fmt: skip


def recorded_cases(rng: np.random.Generator, found: Suspicions) -> tuple[Suspicions, Ints]:
    """The suspicions that became cases on record by the cut, in order of disposal, and the day each was recorded."""
    cases = found.rows(np.flatnonzero(found.disposal >= 0))
    wait = rng.exponential(6, len(cases.child))
    tail = rng.random(len(wait)) < 0.05
    wait[tail] = rng.exponential(45, int(tail.sum()))
    recorded = cases.disposal_day + np.minimum(wait, 240).astype(np.int64)
    order = np.lexsort((cases.child, cases.disposal_day))
    order = order[recorded[order] < CUT]
    return cases.rows(order), recorded[order]


def case_columns(
    rng: np.random.Generator, children: Children, areas: Areas, cases: Suspicions, recorded: Ints,
    defects: Defects = USUAL,
) -> dict[str, Column]:  # fmt: skip
    """The ``yj_case`` extract; seriousness (1-8) follows gravity (1-5)."""
    child, count = cases.child, len(cases.child)
    people, person = np.unique(child, return_inverse=True)
    forename, surname = typed_names(rng, children, people, defects=defects)
    born = typed_births(rng, children.born[people], defects=defects)
    numbers = shuffled_numbers(rng, len(people), 200_000)
    length = np.array([_MONTHS_LONG[name] for name in DISPOSALS])[cases.disposal]
    start = cases.disposal_day + np.where(length > 0, rng.integers(0, 21, count), 0)
    end = start + (length * 30.4 * rng.uniform(0.8, 1.3, count)).astype(np.int64)
    seriousness = np.clip(np.rint(cases.gravity * 1.5 + 0.7 * rng.standard_normal(count) - 0.5), 1, 8)
    home = children.area_on(child, cases.disposal_day)
    return {
        "case_id": record_numbers("YJ", np.arange(1, count + 1), 7),
        "yj_person_id": record_numbers("P", numbers, 8).take(pa.array(person)),
        "forename": texts(forename[person]),
        "surname": texts(surname[person]),
        "dob": dates_of_birth(born[person]),
        "sex": coded(("F", "M"), children.male[child].astype(np.int64)),
        "la_code": coded(areas.authority_codes, areas.authority[home]),
        "disposal": coded(DISPOSALS, cases.disposal),
        "offence": coded(OFFENCE_GROUPS, cases.offence),
        "gravity": pa.array(cases.gravity),
        "seriousness": pa.array(seriousness.astype(np.int64)),
        "disposal_dt": days(cases.disposal_day),
        "start_dt": days(start, length == 0),
        "end_dt": days(end, length == 0),
        "recorded_dt": days(recorded),
    }
