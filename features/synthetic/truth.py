"""What only a synthetic world knows: who is who, what was really done, and what really helps.

It lies in a folder of its own beside the extracts. The pipeline never reads it; audits of the world, tests and
evaluations of linkage do, each saying so (see ``tests/test_layers.py``). Children are positions: in order of birth
within a community, communities one after another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.errors import MissingStep
from features.feeds import FEEDS
from features.pseudonyms import Pseudonymiser, read_key
from features.synthetic.clock import Ints
from features.synthetic.course import Course
from features.synthetic.detection import FOUND, FOUND_BY_YEAR, FOUND_IN_HOTSPOTS, FOUND_MORE, HARSHER, NAMED
from features.synthetic.needs import DIVERSION_EFFECT, FORMAL_DIVERSION_EFFECT
from features.synthetic.past import DIVERSION_LASTS
from features.synthetic.population import Children
from features.workspace import Workspace, read_json, whole_folder, write_json

LINKS, CHILDREN, BEHAVIOUR, DIVERSIONS, WORLD = (
    "identity_links.parquet", "children.parquet", "behaviour.parquet", "diversions.parquet", "world.json",
)  # fmt: skip
LARGEST = 300_000
"""Children aged 10-17 of one community of a world, at most; about 2 GB while it is lived and written."""
TRAITS = ("hardship", "conduct", "bond", "adult", "peers")


@dataclass(frozen=True)
class Setting:
    """What a world was made from: enough to make it again."""

    seed: int
    children: int
    detection_bias: float
    areas: str
    """The file of real small areas, empty for made-up ones."""
    largest: int = LARGEST
    """Children of one community, at most; see ``communities``."""


def truth_folder(workspace: Workspace) -> Path:
    """Where a synthetic workspace keeps the truth."""
    return workspace.root / "truth"


@contextmanager
def telling(folder: Path | None, setting: Setting) -> Iterator[Telling | None]:
    """Where the truth of each community is written, one after another; the folder is there, whole, if all ends well.
    Nothing where no folder is wanted."""
    if folder is None:
        yield None
        return
    with whole_folder(folder) as scratch:
        write_json(scratch / WORLD, vars(setting) | {"effects": _effects()})
        told = Telling(scratch)
        yield told
        told.close()


class Telling:
    """The truth of a world as it is written. Children are numbered on from one community to the next."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.before = dict.fromkeys(("child", "family", "school", "circle"), 0)
        self._files: dict[str, pq.ParquetWriter] = {}

    def community(self, lived: Children, course: Course, links: Mapping[str, tuple[pa.Array, Ints]]) -> None:
        """Write one community's; its numbers go on from those before.

        ``links`` are, by extract, record numbers and the child each is about.
        """
        tables = {LINKS: _links(links), CHILDREN: _children(lived), BEHAVIOUR: _behaviour(course),
                  DIVERSIONS: _diversions(course)}  # fmt: skip
        for name, table in tables.items():
            numbered = table
            for column, before in self.before.items():
                numbered = _on_from(numbered, column, before)
            if name not in self._files:
                self._files[name] = pq.ParquetWriter(self.folder / name, numbered.schema, compression="zstd")
            self._files[name].write_table(numbered)
        numbers = {"child": len(lived), "family": len(lived.families.home),
                   "school": int(lived.school.max()) + 1, "circle": int(lived.circle.max()) + 1}  # fmt: skip
        self.before = {column: self.before[column] + count for column, count in numbers.items()}

    def close(self) -> None:
        """Finish the files."""
        for file in self._files.values():
            file.close()


def _on_from(table: pa.Table, column: str, before: int) -> pa.Table:
    """The table with the numbers in a column, where it has one, going on from those before."""
    place = table.schema.get_field_index(column)
    if place < 0 or before == 0:
        return table
    return table.set_column(place, column, pc.add(table.column(column), before))


def read_setting(folder: Path) -> Setting:
    """What the world of a truth folder was made from.

    :raises MissingStep: there is no truth there, since the data are not synthetic or were made without it.
    """
    if not (folder / WORLD).exists():
        raise MissingStep(f"no truth in {folder}: only a synthetic world has one; make it with risk-model simulate")
    told = read_json(folder / WORLD)
    return Setting(told["seed"], told["children"], told["detection_bias"], told["areas"], told.get("largest", LARGEST))


def children_of(workspace: Workspace, persons: Ints) -> Ints:
    """The child behind each pseudonym of a synthetic workspace; -1 where none of its records led to it.

    Needs the workspace's pseudonym key, so whoever could not work back a pseudonym before cannot do it with this.

    :raises MissingStep: there is no truth, or no key.
    """
    read_setting(truth_folder(workspace))
    links = pq.read_table(truth_folder(workspace) / LINKS).to_pydict()
    key = Pseudonymiser(read_key(workspace))
    numbering = {feed.name: feed.numbering for feed in FEEDS}
    child_of = {
        key.person(f"{numbering[table]}:{record}"): child
        for table, record, child in zip(links["source_table"], links["record"], links["child"], strict=True)
    }
    return np.array([child_of.get(person, -1) for person in persons.tolist()], np.int64)


def _links(links: Mapping[str, tuple[pa.Array, Ints]]) -> pa.Table:
    parts = [
        pa.table({"source_table": pa.array([name] * len(child)).dictionary_encode(), "record": record, "child": child})
        for name, (record, child) in links.items()
    ]
    return pa.concat_tables(parts, promote_options="default").unify_dictionaries()


def _children(children: Children) -> pa.Table:
    columns = {
        "child": np.arange(len(children)), "born": pa.array(children.born.astype(np.int32)).cast(pa.date32()),
        "male": children.male, "ethnic_group": children.letter(), "family": children.family,
        "school": children.school, "circle": children.circle,
    }  # fmt: skip
    return pa.table(columns | {name: getattr(children, name) for name in TRAITS})


def _behaviour(course: Course) -> pa.Table:
    """Every offence really committed, and whether it was reported with a name, or found by police."""
    parts = course.offences
    return pa.table({
        "child": np.concatenate([part.child for part in parts]),
        "day": pa.array(np.concatenate([part.day for part in parts]).astype(np.int32)).cast(pa.date32()),
        "named": np.concatenate([part.named for part in parts]),
        "found_by_police": np.concatenate([part.found for part in parts]),
    })  # fmt: skip


def _diversions(course: Course) -> pa.Table:
    """Each diversion, informal (CR, outcome 22) or formal (youth cautions): it multiplies the rate of offending by
    ``exp(log_effect)`` for ``months``; effects of one kind do not add up."""
    parts = []
    for kind, effect in (("informal", DIVERSION_EFFECT), ("formal", FORMAL_DIVERSION_EFFECT)):
        kept = [part.rows(part.diverts if kind == "informal" else part.diverts_formally) for part in course.suspicions]
        child = np.concatenate([part.child for part in kept])
        day = np.concatenate([part.disposal_day for part in kept]).astype(np.int32)
        parts.append(pa.table({
            "child": child, "day": pa.array(day).cast(pa.date32()), "kind": [kind] * len(child),
            "log_effect": np.full(len(child), effect), "months": np.full(len(child), DIVERSION_LASTS),
        }))  # fmt: skip
    return pa.concat_tables(parts)


def _effects() -> dict[str, object]:
    """The amounts set in the code, so that a reader of the folder need not look there."""
    return {"named": NAMED, "found": FOUND, "found_more": FOUND_MORE, "found_in_hotspots": FOUND_IN_HOTSPOTS,
            "found_by_year": FOUND_BY_YEAR, "harsher": HARSHER, "diversion": DIVERSION_EFFECT,
            "formal_diversion": FORMAL_DIVERSION_EFFECT}  # fmt: skip
