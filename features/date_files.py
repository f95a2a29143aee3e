"""One date's feature columns on disk, each under a key of all it rests on; written a range of people at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.definition import Feature
from features.workspace import whole_file

KEYS = b"features.keys"
MOST_KEPT = 2_000
"""Columns kept of other definitions than those asked for; a file with more drops them."""


@dataclass
class DateFile:
    """A file of columns for ``rows`` (person, as_of; sorted by person), and the ``keys`` they must have, by name."""

    path: Path
    rows: pa.Table
    keys: Mapping[str, str]
    _kept: pa.Table | None = field(default=None, init=False)
    _writer: pq.ParquetWriter | None = field(default=None, init=False)
    _written: int = field(default=0, init=False)
    _scratch: Path | None = field(default=None, init=False)
    _keys_of: dict[bytes, bytes] = field(default_factory=dict, init=False)

    def stale(self) -> tuple[str, ...]:
        """The columns that are not there under their keys."""
        there = self._there()
        return tuple(name for name, key in self.keys.items() if there.get(name) != key)

    def read(self, features: Sequence[Feature]) -> pa.Table:
        """person, as_of and these columns, in that order."""
        columns = ["person", "as_of", *(feature.name for feature in features)]
        return pq.read_table(self.path, columns=columns, memory_map=True).select(columns)

    @contextmanager
    def being_written(self, names: Sequence[str]) -> Iterator[None]:
        """While it is written: these columns anew, valid ones beside them kept. It replaces the old file at the end."""
        there = self._there()
        kept = [name for name, key in there.items() if name not in names and self.keys.get(name, key) == key]
        others = [name for name in kept if name not in self.keys]
        kept = [name for name in kept if name in self.keys or len(others) <= MOST_KEPT]
        keys = {name: self.keys.get(name, there.get(name, "")) for name in (*names, *kept)}
        with whole_file(self.path) as scratch:
            self._kept = pq.read_table(self.path, columns=kept, memory_map=True) if kept else None
            self._scratch, self._written = scratch, 0
            self._keys_of = {KEYS: json.dumps(keys).encode()}
            try:
                yield
            finally:
                if self._writer is not None:
                    self._writer.close()
                self._writer = self._kept = None

    def write(self, made: pa.Table) -> None:
        """The next people's rows: those of ``made`` that are this file's, in its order."""
        if len(self.rows) < len(made) or not made["as_of"].equals(self.rows["as_of"].slice(self._written, len(made))):
            made = made.filter(pc.is_in(made["as_of"], self.rows["as_of"].unique()))
        if self._kept is not None:
            for name in self._kept.column_names:
                made = made.append_column(name, self._kept[name].slice(self._written, len(made)))
        self._written += len(made)
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._scratch, made.schema.with_metadata(self._keys_of), compression="zstd",
                use_dictionary=["as_of"], write_statistics=False,
            )  # fmt: skip
        self._writer.write_table(made)

    def _there(self) -> dict[str, str]:
        """The keys of the columns on disk."""
        if not self.path.exists():
            return {}
        held = pq.read_schema(self.path).metadata or {}
        return dict(json.loads(held.get(KEYS, b"{}")))
