"""Information sharing agreements, one reviewed TOML file each. What no agreement lists never gets past the door.

A new agreement is one file here. Its extracts' fields, purposes and dates are checked before a row is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from features.agreements.agreement import Agreement, Purpose, Regime, line_of, read_agreement
from features.errors import BadConfiguration, all_faults

if TYPE_CHECKING:
    from features.feeds.feed import Feed

FOLDER = Path(__file__).parent


def read_agreements(folder: Path) -> dict[str, Agreement]:
    """Every agreement of a folder, by reference.

    :raises BadConfiguration: a file is faulty, or two have one reference: every fault of every file.
    """
    found: dict[str, Agreement] = {}
    faults = []
    for path in sorted(folder.glob("*.toml")):
        try:
            agreement = read_agreement(path)
        except BadConfiguration as refusal:
            faults.append(str(refusal))
            continue
        if agreement.reference in found:
            faults.append(f"agreement {path.name}: another file has the reference {agreement.reference}")
        found[agreement.reference] = agreement
    if faults:
        raise BadConfiguration(all_faults(f"agreements, {len(faults)} faulty file(s):", faults))
    return found


AGREEMENTS = read_agreements(FOLDER)


def agreement_of(feed: Feed) -> Agreement:
    """The agreement a feed comes in under."""
    return AGREEMENTS[feed.agreement]


def permitted_columns(feed: Feed) -> tuple[str, ...]:
    """The columns a partner may send for this feed."""
    return agreement_of(feed).fields[feed.name]


def file_of(reference: str) -> Path:
    """The file that holds an agreement."""
    return next(path for path in sorted(FOLDER.glob("*.toml")) if f'"{reference}"' in path.read_text(encoding="utf-8"))


def where(reference: str, key: str) -> str:
    """The line to change, as a message says it: ``features/agreements/police.toml, line 6``."""
    path = file_of(reference)
    return f"features/agreements/{path.name}, line {line_of(path, key)}"


__all__ = ["AGREEMENTS", "Agreement", "Purpose", "Regime", "agreement_of", "permitted_columns", "read_agreements"]
