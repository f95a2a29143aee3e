"""Which deliveries a warehouse was made from, in the order they came, and how a new one follows them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from features.deliveries import SYNTHETIC
from features.errors import BadInput
from features.windows import came_before


@dataclass(frozen=True)
class FeedFigures:
    """What one feed brought in one delivery. ``newest`` is the latest day a row was recorded (ISO; '' for none).

    Of a feed that was ``held_back`` nothing was loaded: what earlier deliveries said of it still stands.
    """

    name: str
    rows_read: int
    rows_quarantined: int
    newest: str
    held_back: bool = False


@dataclass(frozen=True)
class DeliveryRecord:
    """One delivery that was loaded. ``world`` names a synthetic world ('' for real data), ``key`` marks the key."""

    received_on: str
    world: str
    key: str
    feeds: tuple[FeedFigures, ...]


def record_from(values: dict[str, Any]) -> DeliveryRecord:
    """The record that ``dataclasses.asdict`` turned into plain values."""
    return DeliveryRecord(**values | {"feeds": tuple(FeedFigures(**each) for each in values["feeds"])})


def world_of(delivery: Path) -> str:
    """The synthetic world a delivery is of; '' where nothing says it is synthetic."""
    marker = delivery / SYNTHETIC
    if not marker.exists():
        return ""
    try:
        said = json.loads(marker.read_text(encoding="utf-8"))
        return f"seed {said.get('seed')}, {said.get('children')} children"
    except (ValueError, AttributeError):
        return "synthetic"


def earlier_deliveries(history: Sequence[DeliveryRecord], new: DeliveryRecord) -> tuple[DeliveryRecord, ...]:
    """The deliveries that a new one corrects or continues; none if it starts anew.

    It starts anew under another key, from another synthetic world, and where it is the only delivery sent again under
    the same date. The same date as the last of several replaces that one.

    :raises BadInput: it came before the last one; knowledge is dated by when it came.
    """
    same = all((each.world, each.key) == (new.world, new.key) for each in history)
    if not history or not same:
        return ()
    last = history[-1].received_on
    if came_before(new.received_on, last):
        raise BadInput(
            f"a delivery of {new.received_on} comes after one of {last} that is loaded already: load deliveries in the "
            "order they came, or correct --received-on"
        )
    return tuple(each for each in history if each.received_on != new.received_on)


def cut_on(new: DeliveryRecord) -> date:
    """The day from which the new delivery's word counts."""
    return date.fromisoformat(new.received_on)
