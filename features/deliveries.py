"""A delivery's own note: when it was received.

``delivery.toml`` beside the extracts holds ``received_on = 2026-01-05``. Synthetic deliveries say it in their marker.
"""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path

from features.errors import BadInput

NOTE = "delivery.toml"
SYNTHETIC = "SYNTHETIC.json"


def noted_day(delivery: Path) -> date | None:
    """The day a delivery says it was received; None where it does not say.

    :raises BadInput: its note cannot be read, or holds no date.
    """
    path = next((delivery / name for name in (NOTE, SYNTHETIC) if (delivery / name).exists()), None)
    if path is None:
        return None
    try:
        text = path.read_text(encoding="utf-8")
        note = tomllib.loads(text) if path.name == NOTE else json.loads(text)
        said = note.get("received_on")
        return said if said is None or isinstance(said, date) else date.fromisoformat(said)
    except (ValueError, TypeError, AttributeError, OSError):
        raise BadInput(f"{path.name}: not a delivery's note; write one line: received_on = 2026-01-05") from None


def day_received(delivery: Path) -> date:
    """The day a delivery was received, by its own note.

    :raises BadInput: it does not say.
    """
    day = noted_day(delivery)
    if day is None:
        raise BadInput(
            f"when was the delivery received? Say --received-on YYYY-MM-DD, or write {NOTE} beside the files with one "
            "line: received_on = 2026-01-05"
        )
    return day
