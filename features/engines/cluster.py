"""Apache Spark, started quietly and for this machine only, and work spread over its partitions.

What Spark moves is few and large: each part is one row that holds whole Arrow tables as they are, so nothing is turned
into Spark's rows and back. The only file that imports pyspark.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import BadConfiguration

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Work = Callable[..., pa.Table]

HERE_ONLY = "127.0.0.1"
SUBMITTED = "PYSPARK_GATEWAY_PORT"
"""Set by ``spark-submit``: the cluster, its memory and its addresses are then what it was told."""
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.adaptive.enabled": "false",  # it would gather parts into one partition: their rows are few
    "spark.ui.showConsoleProgress": "false",
}
ON_THIS_MACHINE = {
    "spark.driver.bindAddress": HERE_ONLY,
    "spark.driver.host": HERE_ONLY,
    "spark.ui.enabled": "false",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "4",
}
WITHOUT = "or leave out --engine spark: the local engine gives the same values"
LOG = "spark.log"


def session(folder: Path) -> SparkSession:
    """The session of this process: the one already running, that of ``spark-submit``, or one of two threads here.

    What Java says goes to ``spark.log`` in ``folder``. It ends with the process. One started here knows
    Splink's functions (:func:`splink_jar`); a cluster is told of them with ``spark-submit --jars``.

    :raises BadConfiguration: pyspark or Java is not there, or Spark does not start.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            from pyspark import SparkContext
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession
    except ImportError:
        raise BadConfiguration(
            f"the Spark engine needs pyspark: pip install 'early-diversion[spark]', {WITHOUT}"
        ) from None
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    settings, starts_here = dict(SETTINGS), SUBMITTED not in os.environ and SparkContext._active_spark_context is None
    builder = SparkSession.builder.appName("early-diversion")
    if starts_here:
        check_java()
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_LOCAL_IP", HERE_ONLY)
        builder, settings = builder.master("local[2]"), settings | ON_THIS_MACHINE
        settings["spark.jars"] = f"{splink_jar()}"
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        with _said_to(folder / LOG if starts_here else None):
            started = builder.getOrCreate()
            started.sparkContext.setLogLevel("ERROR")
    except PySparkException as error:
        raise BadConfiguration(f"Spark does not start ({error}); see {folder / LOG}, {WITHOUT}") from None
    return started


def splink_jar() -> Path:
    """The Java file with the functions that compare names, as Splink comes with it for the Spark installed here."""
    from splink.backends.spark import similarity_jar_location

    return Path(similarity_jar_location())


def check_java() -> None:
    """Refuse to go on where there is no Java.

    :raises BadConfiguration: none is on the path or in JAVA_HOME.
    """
    home = os.environ.get("JAVA_HOME")
    if not (Path(home, "bin", "java").exists() if home else shutil.which("java")):
        raise BadConfiguration(f"the Spark engine needs Java 17 or newer: install it, or set JAVA_HOME, {WITHOUT}")


@contextmanager
def _said_to(log: Path | None) -> Iterator[None]:
    """What a process started in the block says on its error stream, as long as it lives, is added to a file."""
    if log is None:
        yield
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    kept = os.dup(2)
    try:
        with log.open("ab") as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def spread(parts: Iterable[tuple[pa.Table, ...]], work: Work, folder: Path | None) -> Iterator[pa.Table]:
    """``work(*tables)`` of every part, in their order, computed in Spark's partitions by ``applyInArrow``.

    ``folder`` is one that all of Spark's machines see (None: this machine's own). Only one part at a time is in this
    process's memory: parts go to Spark, and results come back, as files that are gone at the end. ``work`` is sent by
    name where it can be, so the project must be installed on Spark's machines.
    """
    folder = Path(tempfile.gettempdir()) if folder is None else folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".spark-") as home:
        given, made = Path(home, "given"), Path(home, "made")
        given.mkdir()
        count = 0
        for count, tables in enumerate(parts, 1):
            _write_part(given / f"{count:06}.parquet", count, tables)
        if not count:
            return

        def one(part: pa.Table) -> pa.Table:
            done = pack(work(*unpack(part["tables"][0].as_buffer())))
            return pa.table({"part": part["part"], "tables": pa.array([done], pa.binary())})

        spark = session(folder)
        spark.conf.set("spark.sql.shuffle.partitions", str(2 * count))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            results = spark.read.parquet(str(given)).groupBy("part").applyInArrow(one, "part long, tables binary")
            results.write.partitionBy("part").option("compression", "none").parquet(str(made))
        for number in range(1, count + 1):
            (result,) = made.glob(f"part={number}/*.parquet")
            (table,) = unpack(pq.ParquetFile(result).read(["tables"])["tables"][0].as_buffer())
            result.unlink()
            yield table


def _write_part(target: Path, number: int, tables: tuple[pa.Table, ...]) -> None:
    row = {"part": pa.array([number], pa.int64()), "tables": pa.array([pack(*tables)], pa.binary())}
    pq.write_table(pa.table(row), target, compression="none", use_dictionary=False, write_statistics=False)


def pack(*tables: pa.Table) -> bytes:
    """Tables as one piece of bytes.

    >>> [table.to_pydict() for table in unpack(pa.py_buffer(pack(pa.table({"n": [1]}), pa.table({"m": []}))))]
    [{'n': [1]}, {'m': []}]
    """
    sink = pa.BufferOutputStream()
    for table in tables:
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table.combine_chunks())
    return sink.getvalue().to_pybytes()


def unpack(packed: pa.Buffer) -> tuple[pa.Table, ...]:
    """The tables of :func:`pack`, without copying them."""
    source, tables = pa.BufferReader(packed), []
    while source.tell() < packed.size:
        tables.append(pa.ipc.open_stream(source).read_all())
    return tuple(tables)
