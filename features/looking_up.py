"""The features of one person on one date, each with the records behind it: what the dictionary shows of somebody."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pyarrow as pa

from features.build import build_feature_table
from features.definition import AnyFeature, Feature, parts_of
from features.dictionary import as_records
from features.errors import BadConfiguration, BadInput
from features.pseudonyms import read_shown, show
from features.tracing import NOT_SHOWN, Trace, trace
from features.warehouse import Warehouse
from features.windows import age_in_years


@dataclass(frozen=True)
class LookedUp:
    """``values`` and ``traces`` (of the features that look at records) by name, for the features in ``names``."""

    person: int
    as_of: date
    names: tuple[str, ...]
    features: dict[str, AnyFeature]
    values: dict[str, float]
    traces: dict[str, Trace]

    @property
    def differing(self) -> list[str]:
        """The features whose records do not come to the value in the table: there should never be any."""
        return [name for name in self.names if name in self.traces and not self.traces[name].agrees]

    def text(self) -> str:
        """One feature with its records; or a line for each that has any."""
        lines = [f"{show(self.person)}, as known on {self.as_of}:"]
        if len(self.names) > 1:
            told = [name for name in self.names if self._is_there(name)]
            lines += [f"  {name}: {self._said(name)}" for name in told]
            lines.append(
                f"{len(self.names) - len(told)} more have nothing on record. --feature NAME shows the records."
            )
        else:
            lines += self._in_full(self.names[0])
        return "\n".join(lines + [f"DIFFERS, please report it: {name}" for name in self.differing])

    def _is_there(self, name: str) -> bool:
        return not math.isnan(self.values[name]) and self.values[name] != self.features[name].when_missing

    def _said(self, name: str) -> str:
        value = self.values[name]
        number = "missing" if math.isnan(value) else f"{value:g}"
        return f"{number} ({self.features[name].phrase.say(value)})"

    def _in_full(self, name: str) -> list[str]:
        feature = self.features[name]
        about = next(record for record in as_records(list(self.features.values())) if record["name"] == name)
        lines = [f"{name}: {self._said(name)}", feature.question, f"How: {about['how']}", f"Window: {about['window']}",
                 f"From: {'; '.join(about['partners'])} ({', '.join(about['agreements'])})",
                 f"Depends on what police choose to look for: {'yes' if about['discretion'] else 'no'}"]  # fmt: skip
        for part in parts_of(feature):
            lines += ["", *self._in_full(part)]
        return lines + (self._records(self.traces[name]) if name in self.traces else [])

    def _records(self, found: Trace) -> list[str]:
        if found.records is None:
            return [f"Records: {NOT_SHOWN}"]
        lines = [f"Records of this kind, at any time: {len(found.records)}"]
        for each in found.records:
            about = ", ".join(dict.fromkeys((each.kind, each.role, each.code)))
            ended = f" until {each.ended_on}" if each.ended_on else ""
            lines.append(f"  {each.happened_on}{ended}: {about}; {each.source}, known from {each.available_on}: "
                         f"{each.verdict}")  # fmt: skip
        value = "missing" if math.isnan(found.added_up) else f"{found.added_up:g}"
        return [*lines, f"Added up from these alone: {value}"]

    def as_json(self) -> dict[str, Any]:
        """As JSON values; missing is null."""
        return {
            "person": show(self.person),
            "as_of": f"{self.as_of}",
            "differing": self.differing,
            "features": [
                {
                    "name": name,
                    "value": _json(self.values[name]),
                    "said": self.features[name].phrase.say(self.values[name]),
                    "added_up": _json(self.traces[name].added_up) if name in self.traces else None,
                    "records": self._records_json(name),
                }
                for name in self.names
            ],
        }

    def _records_json(self, name: str) -> list[dict[str, Any]] | None:
        found = self.traces.get(name)
        if found is None or found.records is None:
            return None
        return [{key: f"{value}" if isinstance(value, date) else value for key, value in asdict(each).items()}
                | {"counts": each.counts} for each in found.records]  # fmt: skip


def _json(value: float) -> float | None:
    return None if math.isnan(value) else value


def look_up(
    warehouse: Warehouse, catalogue: Sequence[AnyFeature], shown: str, as_of: date, name: str | None = None
) -> LookedUp:
    """The features of the catalogue (or one of them) for a person, computed as for a list and then the plain way.

    :raises BadInput: there is nobody of that number. :raises BadConfiguration: there is no such feature.
    """
    features = {feature.name: feature for feature in catalogue}
    if name is not None and name not in features:
        near = get_close_matches(name, features, 3) or sorted(features)[:3]
        raise BadConfiguration(f"no feature {name!r} in this catalogue; did you mean {' or '.join(near)}?")
    person = read_shown(shown)
    found = warehouse.sql("SELECT birth_month FROM person WHERE person = ?", [person])["birth_month"].to_pylist()
    if not found:
        raise BadInput(f"nobody in this warehouse has the number {show(person)}; copy it from a list, or load again")
    age = -1 if found[0] is None else age_in_years(found[0], as_of)
    rows = pa.table({"person": pa.array([person], pa.int64()), "as_of": pa.array([as_of], pa.date32()),
                     "age_years": pa.array([age], pa.int16())})  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="looking-up-") as scratch:
        table = build_feature_table(warehouse, rows, catalogue, Path(scratch)).table
        values = {each: float(table[each][0].as_py()) for each in features}
    traced = [feature for feature in catalogue if isinstance(feature, Feature)]
    traces = trace(warehouse, traced, person, as_of, [values[feature.name] for feature in traced])
    by_name = {each.feature.name: each for each in traces}
    return LookedUp(person, as_of, (name,) if name else tuple(features), features, values, by_name)
