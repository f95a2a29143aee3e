"""The extract files: their headers, the type of each column, and how a table becomes bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from features.synthetic.clock import CUT, MINUTES_A_DAY, Ints

HEADERS: dict[str, str] = {
    "police_nominal": "nominal_id forename surname alias dob sex sde_ethnicity ic_code address uprn lsoa pnc_id "
    "created_dt merged_into",
    "occurrence": "occ_id ho_class committed_from committed_to reported_dt recorded_dt lsoa da_flag weapon_flag",
    "occ_role": "occ_id nominal_id role from_dt to_dt",
    "occ_outcome": "occ_id nominal_id code outcome_dt",
    "stop_search": "search_id nominal_id search_dt self_defined_ethnicity officer_ethnicity legislation object outcome "
    "outcome_linked",
    "custody": "custody_id nominal_id arrest_dt arrival_dt release_dt offence appropriate_adult strip_search "
    "release_type disposal",
    "missing": "episode_id nominal_id start_dt end_dt type rhi_offered rhi_accepted recorded_dt",
    "asb": "incident_id nominal_id role incident_dt category recorded_dt",
    "da_incident": "incident_id nominal_id incident_dt dash_grade children_present recorded_dt",
    "yj_case": "case_id yj_person_id forename surname dob sex la_code disposal offence gravity seriousness disposal_dt "
    "start_dt end_dt recorded_dt",
    "school_pupil": "upn forename surname dob sex ethnicity lsoa la_code send_provision census_dt",
    "school_suspension": "upn type start_dt sessions reason_1 reason_2 reason_3 recorded_dt",
    "attendance": "upn term term_start term_end sessions_possible sessions_authorised_absence "
    "sessions_unauthorised_absence",
    "cin": "child_id upn forename surname dob sex ethnicity la_code referral_dt need factors plan close_dt recorded_dt",
    "cla": "child_id upn forename surname dob sex ethnicity la_code decom rne ls cin place dec rec",
    "ppn": "notice_id nominal_id incident_dt concern rating recorded_dt",
    "encompass": "notice_id upn incident_dt notified_dt before_next_school_day",
    "send": "upn provision need start_dt end_dt ehcp_requested_dt ehcp_issued_dt recorded_dt",
    "court": "hearing_id defendant_id forename surname dob hearing_dt offence plea disposal recorded_dt",
    "probation": "supervision_id child_ref forename surname dob relationship supervision start_dt end_dt recorded_dt",
    "fire": "referral_id forename surname dob incident_dt referral_dt referred_by behaviour completed_dt",
    "housing": "tenancy_id member_ref forename surname dob tenure start_dt end_dt arrears_dt arrears_weeks "
    "arrears_cleared_dt",
    "istv": "attendance_id arrival_dt assault_dt lsoa location_type method",
    "area": "lsoa_code lsoa_name local_authority local_authority_code rural_urban population_10_17 imd_decile",
}
"""Columns of each extract, in order. One file each: ``<name>.csv``."""

CHILD = "@child"
"""Beside an extract's columns, where its maker says which child each row is about: for the truth, never written."""
Column = Any
"""An Arrow array, or anything Arrow makes one of."""


def days(values: Ints, missing: NDArray[np.bool_] | None = None) -> pa.Array:
    """Dates from days since 1970; nothing where ``missing``, or where the day is not before the cut."""
    gone = values >= CUT
    return pa.array(values.astype(np.int32), mask=gone if missing is None else gone | missing).cast(pa.date32())


def dates_of_birth(values: Ints) -> pa.Array:
    """Dates of birth from days since 1970."""
    return pa.array(values.astype(np.int32)).cast(pa.date32())


def minutes(values: Ints, missing: NDArray[np.bool_] | None = None) -> pa.Array:
    """``YYYY-MM-DD HH:MM`` from minutes since 1970; nothing where ``missing``, or from the cut on."""
    gone = values >= CUT * MINUTES_A_DAY
    moments = pa.array(values * 60, mask=gone if missing is None else gone | missing).cast(pa.timestamp("s"))
    return pc.strftime(moments, format="%Y-%m-%d %H:%M")


def days_of(written: pa.Array) -> Ints:
    """Days since 1970 of moments as :func:`minutes` writes them; those not written are left out."""
    moments = pc.strptime(pc.drop_null(written), format="%Y-%m-%d %H:%M", unit="s")
    found: Ints = np.asarray(pc.cast(pc.cast(moments, pa.date32()), pa.int32())).astype(np.int64)
    return found


def yes_no(values: NDArray[np.bool_]) -> pa.Array:
    """Y or N."""
    return pa.array(["N", "Y"]).take(pa.array(values.astype(np.int8)))


def coded(codes: tuple[str, ...], places: Ints, missing: NDArray[np.bool_] | None = None) -> pa.Array:
    """The code at each place in a list; nothing where ``missing``."""
    return pa.array(codes).take(pa.array(places, mask=missing))


def texts(values: NDArray[np.object_]) -> pa.Array:
    """Text; nothing for empty text."""
    return pa.array(values, type=pa.string(), mask=np.asarray(values == "", dtype=bool))


def write_extract(folder: Path, name: str, columns: Mapping[str, Column]) -> int:
    """Write ``<folder>/<name>.csv`` exactly as its header says (UTF-8, empty for missing), or add to it where it is
    begun already; the rows written.

    :raises ValueError: the columns are others than the header's.
    """
    header = HEADERS[name].split()
    if set(columns) != set(header):
        raise ValueError(f"{name} has other columns than its header: {sorted(set(columns) ^ set(header))}")
    table = pa.table({column: columns[column] for column in header})
    target = folder / f"{name}.csv"
    with target.open("ab") as stream:
        if stream.tell() == 0:
            stream.write((",".join(header) + "\n").encode())
        quoting = "needed" if name == "area" else "none"  # names of real areas may hold a comma
        csv.write_csv(table, stream, csv.WriteOptions(include_header=False, quoting_style=quoting))
    return int(table.num_rows)
