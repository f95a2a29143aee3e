"""What the loads before left in a workspace, as far as a new delivery continues them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from features.errors import BadInput, MissingStep
from features.identities import open_sealed
from features.lineage import DeliveryRecord, earlier_deliveries, world_of
from features.linkage import Remembered
from features.pseudonyms import Pseudonymiser, key_path, read_key
from features.report import IntakeReport
from features.rights.at_load import AtLoad
from features.rights.held import read_held, recogniser
from features.warehouse import Warehouse
from features.workspace import Workspace


def deliveries(workspace: Workspace) -> tuple[DeliveryRecord, ...]:
    """Those the warehouse there was made from; none where there is no warehouse that this version reads."""
    try:
        with Warehouse(workspace.warehouse) as loaded:
            return IntakeReport.from_json(loaded.report).deliveries
    except (MissingStep, BadInput, ValueError, KeyError, TypeError):
        return ()


def goes_on(workspace: Workspace, delivery: Path, received_on: date) -> bool:
    """Whether the warehouse there holds earlier deliveries that this one continues or corrects."""
    if not key_path(workspace).exists():
        return False
    key = Pseudonymiser(read_key(workspace)).key_check
    new = DeliveryRecord(f"{received_on}", world_of(delivery), key, ())
    return bool(earlier_deliveries(deliveries(workspace), new))


def remembered(workspace: Workspace, delivery: Path) -> Remembered:
    """What the last load left in the identity store: decisions, links and numbers, with their days.

    Nothing where that load was of another synthetic world, or of one and this is not: numbers there were other
    people's.
    """
    loaded = deliveries(workspace)
    if not workspace.identities.exists() or (loaded and loaded[-1].world != world_of(delivery)):
        return Remembered()
    kept = open_sealed(workspace)
    return Remembered(kept["decision"], kept["link"], kept["number"])


def rights_asked(workspace: Workspace) -> AtLoad:
    """What people asked for, as a load applies it."""
    held = read_held(workspace)
    return AtLoad(held, recogniser(workspace) if held.rows("suppression") else None)
