"""The youth court's hearings of those charged: a first one that is mostly adjourned, and how the case ended."""

from __future__ import annotations

import numpy as np

from features.events import DISPOSALS, OFFENCE_GROUPS
from features.synthetic.clock import CUT
from features.synthetic.decisions import CHARGE, Suspicions
from features.synthetic.names import record_numbers, shuffled_numbers
from features.synthetic.population import Children
from features.synthetic.recorded import typed_births, typed_names
from features.synthetic.writing import CHILD, Column, coded, dates_of_birth, days, texts

NOT_PROVEN = ("acquitted", "dismissed", "withdrawn")
ENDED = ("adjourned", *NOT_PROVEN, *DISPOSALS)


def court_columns(rng: np.random.Generator, children: Children, found: Suspicions) -> dict[str, Column]:
    """The ``court`` extract, in order of hearing. Sentences are those the youth justice team records."""
    cases = found.rows(np.flatnonzero(found.outcome == CHARGE))
    count = len(cases.child)
    sentenced = cases.disposal >= 0
    over = cases.outcome_day + 14 + np.minimum(rng.lognormal(3.2, 0.6, count), 240).astype(np.int64)
    final = np.where(sentenced, cases.disposal_day, over)
    first = cases.outcome_day + rng.integers(5, 21, count)
    adjourned = np.flatnonzero((rng.random(count) < 0.75) & (first < final))
    last = np.where(sentenced, 1 + len(NOT_PROVEN) + cases.disposal, 1 + rng.choice(3, count, p=(0.45, 0.30, 0.25)))
    case = np.concatenate([adjourned, np.arange(count)])
    day = np.concatenate([first[adjourned], final])
    end = np.concatenate([np.zeros(len(adjourned), dtype=np.int64), last])
    guilty = np.where(sentenced, rng.random(count) < 0.85, False)
    plea = np.where(end == 0, 2, np.where(guilty[case], 0, 1))
    recorded = day + rng.integers(0, 12, len(day))
    order = np.lexsort((case, day))
    order = order[recorded[order] < CUT]
    case, day, end, plea, recorded = case[order], day[order], end[order], plea[order], recorded[order]
    people, person = np.unique(cases.child[case], return_inverse=True)
    forename, surname = typed_names(rng, children, people)
    born = typed_births(rng, children.born[people])
    return {
        CHILD: cases.child[case],
        "hearing_id": record_numbers("H", np.arange(1, len(case) + 1), 8),
        "defendant_id": record_numbers("D", shuffled_numbers(rng, len(people), 600_000), 8).take(person),
        "forename": texts(forename[person]),
        "surname": texts(surname[person]),
        "dob": dates_of_birth(born[person]),
        "hearing_dt": days(day),
        "offence": coded(OFFENCE_GROUPS, cases.offence[case]),
        "plea": coded(("guilty", "not_guilty", "none"), plea),
        "disposal": coded(ENDED, end),
        "recorded_dt": days(recorded),
    }
