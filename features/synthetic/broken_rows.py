"""Rows that break their contract, as partners' systems really send them: what intake's quarantine is for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.synthetic.defects import USUAL, Defects
from features.synthetic.writing import Column

MOST_BROKEN = 0.02
"""No extract, however small, has a larger share of broken rows: intake refuses one with 5%."""
BROKEN: dict[str, tuple[tuple[str, str], ...]] = {
    "police_nominal": (("dob", "31/02/2008"), ("created_dt", "1899-12-30 00:00"), ("sex", "MALE")),
    "occurrence": (("ho_class", "VIOL"), ("recorded_dt", "1899-12-30 00:00"), ("da_flag", "?")),
    "occ_role": (("role", "SUS"), ("nominal_id", "N000000000"), ("from_dt", "")),
    "occ_outcome": (("code", "99"), ("occ_id", "OCC00000000")),
    "stop_search": (("object", "ARTICLE"), ("search_dt", "not known")),
    "custody": (("release_type", "UNK"), ("release_dt", "1999-01-01 00:00")),
    "missing": (("end_dt", "1999-01-01 00:00"), ("type", "absent")),
    "asb": (("category", "noise"), ("recorded_dt", "1999-01-01 00:00")),
    "da_incident": (("dash_grade", "4"), ("children_present", "1")),
    "yj_case": (("gravity", "9"), ("disposal", "CC"), ("disposal_dt", "")),
    "school_pupil": (("census_dt", "30/02/2021"), ("send_provision", "S")),
    "school_suspension": (("sessions", "999"), ("upn", "A000000000000"), ("reason_1", "ZZ")),
    "attendance": (("sessions_possible", "0"), ("term_end", "1999-01-01")),
    "cin": (("need", "N12"), ("recorded_dt", "1999-01-01")),
    "ppn": (("concern", "worried"), ("rating", "RED"), ("recorded_dt", "1999-01-01 00:00")),
    "encompass": (("upn", "A000000000000"), ("before_next_school_day", "?")),
    "send": (("need", "ADHD"), ("end_dt", "1999-01-01")),
    "court": (("disposal", "BOUND"), ("hearing_dt", "00/00/0000")),
    "probation": (("relationship", "mum"), ("start_dt", "")),
    "fire": (("behaviour", "arson"), ("referral_dt", "1999-01-01")),
    "housing": (("tenure", "PRIV"), ("arrears_weeks", "999")),
    "istv": (("method", "knife"), ("arrival_dt", "not known")),
    "cla": (("place", "X9"), ("dec", "1999-01-01")),
}
"""What partners' systems really send wrongly, by extract: a column and what is in it instead."""


def spoil(
    rng: np.random.Generator, name: str, columns: Mapping[str, Column], defects: Defects = USUAL
) -> dict[str, Column]:
    """The extract's columns with a few rows that break its contract, and a few sent twice."""
    whole = {column: values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([pa.array(values)])
             for column, values in columns.items()}  # fmt: skip
    count = len(next(iter(whole.values())))
    faults = BROKEN.get(name, ())
    if not faults:
        return dict(columns)
    most = int(count * MOST_BROKEN)
    rows = rng.permutation(count)[: min(rng.binomial(count, defects.broken_rows), most)]
    which = rng.integers(0, len(faults), len(rows))
    for number, (column, value) in enumerate(faults):
        mask = np.zeros(count, dtype=bool)
        mask[rows[which == number]] = True
        if mask.any():
            text = pc.cast(whole[column], pa.string()).combine_chunks()
            whole[column] = pc.if_else(pa.array(mask), pa.scalar(value or None, pa.string()), text)
    twice = np.sort(rng.integers(0, max(count, 1), min(rng.binomial(count, defects.sent_twice), most)))
    order = pa.array(np.sort(np.concatenate([np.arange(count), twice]), kind="stable"))
    return {column: values.take(order) for column, values in whole.items()}
