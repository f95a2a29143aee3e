"""Record numbers that no two communities of a world share: each one's begin where the last one's cannot reach."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from features.synthetic.writing import Column

ROOM = 20_000_000
"""Numbers kept for one community."""
NUMBERED = frozenset((
    "nominal_id", "merged_into", "occ_id", "search_id", "custody_id", "episode_id", "incident_id",
    "notice_id", "case_id", "yj_person_id", "upn", "child_id", "hearing_id", "defendant_id", "supervision_id",
    "child_ref", "referral_id", "tenancy_id", "member_ref", "attendance_id", "uprn", "pnc_id",
))  # fmt: skip
"""Columns of extracts that hold a record's, a person's or a property's number."""
_ROOM_WITHIN = {"pnc_id": 250_000}
"""National numbers have seven digits after the year."""
_PARTS = r"^(?P<before>[A-Z]*|\d{4}/)(?P<digits>\d+)(?P<after>[A-Z]?)$"


def apart(columns: Mapping[str, Column], community: int) -> dict[str, Column]:
    """The columns of an extract with the numbers of that community of a world; of the first, they are left as made."""
    if community == 0:
        return dict(columns)
    return {
        name: _moved(column, community * _ROOM_WITHIN.get(name, ROOM)) if name in NUMBERED else column
        for name, column in columns.items()
    }


def numbers_apart(numbers: pa.Array, community: int) -> pa.Array:
    """Record numbers as :func:`apart` makes them.

    >>> numbers_apart(pa.array(["OCC00000007", None]), 2).to_pylist()
    ['OCC40000007', None]
    """
    return numbers if community == 0 else _moved(numbers, community * ROOM)


def _moved(numbers: Column, by: int) -> pa.Array:
    """As many digits as before, or more."""
    if not pa.types.is_string(numbers.type):
        return pc.add(numbers, by)
    parts = pc.extract_regex(numbers, _PARTS)
    before, digits, after = (pc.struct_field(parts, name) for name in ("before", "digits", "after"))
    moved = pc.cast(pc.add(pc.cast(digits, pa.int64()), by), pa.string())
    width = pc.max(pc.utf8_length(digits)).as_py() or 0
    return pc.binary_join_element_wise(before, pc.utf8_lpad(moved, width, "0"), after, "")
