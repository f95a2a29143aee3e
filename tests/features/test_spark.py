"""Spark gives what the local engine gives, bit for bit, quietly and on this machine only."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.build import build_feature_table
from features.catalogue import chosen
from features.definition import Around, Feature, Phrase, Summary, Where
from features.engines import cluster, local, spark
from features.engines.choice import Engine, run_on
from features.errors import BadConfiguration
from features.events import VOCABULARY
from features.warehouse import Warehouse
from features.windows import LookBack
from tests.features.checker import Event, Relation
from tests.features.small_warehouse import make_warehouse
from tests.spark_here import needs_spark

PEOPLE = 40
DATES = [date(2023, 1, 1), date(2023, 7, 1), date(2024, 1, 1)]


LOOKING_AROUND = [
    Feature(f"around_{n}", "?", theme="t", phrase=Phrase("{n}"), events=Where("occurrence"), window=window, of=of,
            summary=Summary.COUNT)
    for n, (window, of) in enumerate(((LookBack(), Around("sibling")), (LookBack(since_age=10), None)))
]  # fmt: skip


def drawn_events(seed: int) -> list[Event]:
    """Events of every kind, some with no value, some open, some taken back; person 0 has none."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(1_200):
        kind = VOCABULARY[number % len(VOCABULARY)]
        day = date(2019, 1, 1) + timedelta(int(rng.integers(0, 2_000)))
        told = day + timedelta(int(rng.integers(1, 60)))
        made.append(Event(
            int(rng.integers(1, PEOPLE)), kind.name, str(rng.choice(kind.roles)), str(rng.choice(kind.codes)), day,
            told,
            ended_on=day + timedelta(int(rng.integers(1, 400))) if kind.spell and rng.random() < 0.7 else None,
            withdrawn_on=told + timedelta(int(rng.integers(1, 300))) if rng.random() < 0.1 else None,
            value=float(rng.normal()) if rng.random() < 0.8 else None,
            gravity=float(rng.integers(1, 9)) if rng.random() < 0.8 else None,
        ))  # fmt: skip
    return made


def rows() -> pa.Table:
    pairs = [(person, day) for person in range(PEOPLE) for day in DATES]
    return pa.table({
        "person": pa.array([p for p, _ in pairs], pa.int64()), "as_of": pa.array([d for _, d in pairs], pa.date32()),
        "age_years": pa.array([14] * len(pairs), pa.int16()),
    })  # fmt: skip


@needs_spark
def test_the_whole_catalogue_comes_out_the_same_to_the_last_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    born = {person: date(2009, 3, 1) for person in range(PEOPLE)}
    ties = [Relation(person, person + 1, "sibling", DATES[0], DATES[0], None, None) for person in range(PEOPLE - 1)]
    workspace = make_warehouse(tmp_path / "w", drawn_events(7), born, {1: "L1", 2: "L2"}, ties)
    features = (*chosen(discretion=True), *LOOKING_AROUND)
    monkeypatch.setattr(spark, "CELLS_A_PART", 25 * len(features))  # several parts, none of which ends with a person
    with Warehouse(workspace.warehouse) as warehouse:
        ours = build_feature_table(warehouse, rows(), features, tmp_path / "local").table
        with run_on(Engine("spark", tmp_path / "shared")):
            monkeypatch.setattr(local, "aggregate", lambda *_: pytest.fail("the local kernel was asked"))
            theirs = build_feature_table(warehouse, rows(), features, tmp_path / "spark").table
    assert theirs.schema == ours.schema
    assert [name for name in ours.column_names if bytes_of(theirs[name]) != bytes_of(ours[name])] == []
    assert len({bytes_of(ours[name]) for name in ours.column_names}) > 50  # there is something to differ in
    assert all(np.any(ours[feature.name].to_numpy()) for feature in LOOKING_AROUND)
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")
    assert [path.name for path in (tmp_path / "shared").iterdir()] in ([], [cluster.LOG])


def bytes_of(column: pa.ChunkedArray) -> bytes:
    return column.to_numpy().tobytes()


@needs_spark
def test_parts_come_back_in_their_order_and_of_any_size(tmp_path: Path) -> None:
    parts = [(pa.table({"n": pa.array(range(size), pa.int64())}),) for size in (3, 0, 100_000, 1)]
    made = list(cluster.spread(iter(parts), doubled, tmp_path))
    assert [table["n"].to_pylist() for table in made] == [[2 * n for n in range(size)] for size in (3, 0, 100_000, 1)]
    assert list(cluster.spread([], doubled, tmp_path)) == []


def doubled(table: pa.Table) -> pa.Table:
    return pa.table({"n": pa.compute.multiply(table["n"], 2)})


@needs_spark
def test_nothing_listens_to_other_machines(tmp_path: Path) -> None:
    context = cluster.session(tmp_path).sparkContext
    java = context._gateway.proc.pid
    addresses = set()
    inodes = {path.readlink().name for path in Path(f"/proc/{java}/fd").iterdir() if "socket" in str(path.readlink())}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{java}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and f"socket:[{words[9]}]" in inodes:
                addresses.add(words[1].rsplit(":", 1)[0])
    assert addresses  # it was found
    assert addresses <= {"0100007F", "0000000000000000FFFF00000100007F"}
    assert context.uiWebUrl is None
    assert context.getConf().get("spark.sql.session.timeZone") == "UTC"


def test_without_java_or_pyspark_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(BadConfiguration, match="needs Java 17 or newer: install it, or set JAVA_HOME, or leave out"):
        cluster.check_java()
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(BadConfiguration, match="needs pyspark: pip install"):
        cluster.session(tmp_path)


def test_an_engine_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadConfiguration, match="no engine 'flink'; there are local and spark"):
        Engine("flink")


def test_the_local_engine_does_not_import_pyspark() -> None:
    seen = "import sys, features.engines.local; sys.exit('pyspark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", seen], check=False).returncode == 0
