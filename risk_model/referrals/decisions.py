"""What people decided about those on earlier lists, read from a file they keep: it keeps people off later lists."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import cast, get_args

from features.pseudonyms import read_shown
from risk_model.errors import BadInput, all_faults
from risk_model.referrals.eligibility import Decided, EarlierDecision

COLUMNS = ("person", "decided", "decided_on")
ALLOWED = get_args(Decided)


def read_decisions(path: Path | None) -> tuple[EarlierDecision, ...]:
    """The decisions in a CSV file with the columns ``person`` (as lists show it), ``decided`` and ``decided_on``.

    :raises BadInput: the file is not there, a column is missing, or rows cannot be read: all faults, by row number.
    """
    if path is None:
        return ()
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            absent = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if absent:
                raise BadInput(f"decisions {path.name}: no column {', '.join(absent)}; it needs {', '.join(COLUMNS)}")
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error):
        raise BadInput(f"decisions {path}: not a readable CSV file in UTF-8") from None
    found, faults = [], []
    for number, row in enumerate(rows, start=2):
        try:
            found.append(_decision(row))
        except (BadInput, ValueError) as fault:
            faults.append(f"row {number}: {fault if isinstance(fault, BadInput) else 'decided_on is not YYYY-MM-DD'}")
    if faults:
        raise BadInput(all_faults(f"decisions {path.name}, {len(faults)} fault(s):", faults))
    return tuple(found)


def _decision(row: dict[str, str]) -> EarlierDecision:
    decided = (row["decided"] or "").strip()
    if decided not in ALLOWED:
        raise BadInput(f"decided is not one of {', '.join(ALLOWED)}")
    decided_on = date.fromisoformat((row["decided_on"] or "").strip())
    return EarlierDecision(read_shown(row["person"] or ""), cast(Decided, decided), decided_on)
