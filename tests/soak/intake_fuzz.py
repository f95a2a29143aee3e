"""A delivery with files damaged at random is loaded, or refused in our own words: no traceback, no half a warehouse.

A refusal leaves the warehouse as it was, byte for byte, leaves nothing of the load behind, and quotes nobody's data.
"""

from __future__ import annotations

import csv
import random
import shutil
from pathlib import Path

from features.errors import Refusal
from features.feeds import FEEDS
from features.intake import take_in
from features.quarantine import FeedReport
from features.synthetic import DEFAULT_SEED, make_partners
from features.warehouse import Warehouse
from features.workspace import Workspace
from tests.soak.damage import DAMAGES, HUGE, WORKBOOKS, Damage

CASES = 1000
CHILDREN = 500
FILES = (1, 1, 1, 2, 3)
NUMBERS = ("upn", "nominal_id", "yj_person_id", "child_id", "pnc_id", "dob", "address")
"""Columns whose cells, in full, could only be in a message because it quotes data."""
UNMISTAKABLE = 8
"""Cells of at least so many characters."""


def check(folder: Path, cases: int, seed: int) -> list[str]:
    """What went wrong, one line a failed case. Every kind of damage has its turn; half begin with a warehouse."""
    base = Workspace(folder / "base")
    make_partners(base.extracts, seed, CHILDREN)
    take_in(base, base.extracts, key_seed=DEFAULT_SEED)
    personal = _personal(base.extracts)
    found = []
    for case in range(cases):
        rng = random.Random(f"{seed} {case}")
        workspace = Workspace(folder / f"case_{case}")
        workspace.root.mkdir()
        if case % 2:
            shutil.copytree(base.data, workspace.data)
            shutil.copytree(base.keys, workspace.keys)
        shutil.copytree(base.extracts, workspace.extracts)
        said = _damage(workspace.extracts, DAMAGES[case % len(DAMAGES)], rng)
        found += [f"case {case}, {said}: {fault}" for fault in _one(workspace, personal)]
        shutil.rmtree(workspace.root)
    return found


def _damage(extracts: Path, first: Damage, rng: random.Random) -> str:
    """Damage a few files; what was done to which."""
    done = []
    for number in range(rng.choice(FILES)):
        path = extracts / rng.choice(FEEDS).file_name
        damage = first if number == 0 else rng.choice(DAMAGES)
        content = path.read_bytes() if path.exists() else b""
        if content.strip():
            path.write_bytes(damage(content, rng))
            if damage in WORKBOOKS:
                path.rename(path.with_suffix(".xlsx"))
            done.append(f"{path.name} {damage.__name__}")
    return ", ".join(done)


def _one(workspace: Workspace, personal: frozenset[str]) -> list[str]:
    before = _bytes(workspace.warehouse)
    try:
        report = take_in(workspace, workspace.extracts, key_seed=DEFAULT_SEED)
    except Refusal as refusal:
        faults = _faults_of_refusal(workspace, str(refusal), before, personal)
    except Exception as error:
        return [f"{type(error).__name__} instead of a refusal"]
    else:
        faults = _faults_of_load(workspace, report.people, report.events)
        faults += [fault for feed in report.feeds for fault in _rows_lost(workspace, feed)]
    return faults + (["the load left files behind"] if (workspace.data / ".loading").exists() else [])


def _faults_of_refusal(workspace: Workspace, said: str, before: bytes, personal: frozenset[str]) -> list[str]:
    faults = [] if _bytes(workspace.warehouse) == before else ["refused, and yet the warehouse changed"]
    words = {word.strip(".,:;()\"'") for word in said.split()}
    if words & personal:
        faults.append("the message quotes somebody's data")
    return faults + ([] if ".csv" in said or ".xlsx" in said else ["the message names no file"])


def _faults_of_load(workspace: Workspace, people: int, events: int) -> list[str]:
    """What is not whole about a warehouse that was loaded."""
    with Warehouse(workspace.warehouse) as warehouse:
        counts = warehouse.sql("""
            SELECT (SELECT count(*) FROM person) AS people, (SELECT count(*) FROM event) AS events,
                   (SELECT count(*) FROM event ANTI JOIN person USING (person)) AS strangers
        """).to_pylist()[0]
    whole = counts == {"people": people, "events": events, "strangers": 0}
    return [] if whole else ["the warehouse does not hold what the report says"]


def _rows_lost(workspace: Workspace, feed: FeedReport) -> list[str]:
    """Every row sent is loaded or in quarantine, and never both: counted in the files, not as it loads."""
    aside = workspace.quarantine / f"{feed.name}.csv"
    accounted = feed.rows_loaded + feed.rows_quarantined == feed.rows_read
    found = [] if accounted else [f"{feed.name}: rows read are neither loaded nor aside"]
    if _rows(aside) != feed.rows_quarantined:
        found.append(f"{feed.name}: the quarantine does not hold the rows that were set aside")
    sent = workspace.extracts / f"{feed.name}.csv"
    if sent.exists() and _rows(sent) != feed.rows_read:
        found.append(f"{feed.name}: {_rows(sent)} rows were sent, {feed.rows_read} read")
    return found


def _rows(path: Path) -> int:
    """Rows under the header that are not blank."""
    if not path.exists():
        return 0
    csv.field_size_limit(HUGE * 2)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return sum(1 for row in csv.reader(stream) if any(row)) - 1


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _personal(extracts: Path) -> frozenset[str]:
    """Identifying cells of the delivery, as the words a message would be made of."""
    found: set[str] = set()
    for feed in (feed for feed in FEEDS if not feed.optional):
        with (extracts / feed.file_name).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                found |= {row[name] for name in NUMBERS if len(row.get(name) or "") >= UNMISTAKABLE}
    return frozenset(found)
