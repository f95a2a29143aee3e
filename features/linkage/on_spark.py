"""The same Splink model on Apache Spark, for more records than one machine compares: the same pairs, the same weights.

The weights' conditions are written for DuckDB and translated. Names stay in Spark's memory; nothing is checkpointed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlglot
from splink import Linker

from features.engines.cluster import session

RENAMED = {"JAROWINKLER_SIMILARITY": "jaro_winkler", "DAMERAU_LEVENSHTEIN": "damerau_levenshtein"}
"""What Splink's own functions for Spark are called."""


def pairs_on_spark(
    profiles: pa.Table, common: Mapping[str, pa.Table], settings: Mapping[str, Any], least: float, folder: Path
) -> pa.Table:
    """``left``, ``right`` (unique_id) and ``weight`` (bits) of pairs of ``profiles`` that weigh ``least`` or more.

    ``common``: how common each name is, by column. Spark's log goes to ``folder``.

    :raises BadConfiguration: Spark cannot be started here.
    """
    from splink.backends.spark import SparkAPI

    spark = session(folder)
    api = SparkAPI(spark_session=spark, break_lineage_method="persist")  # type: ignore[no-untyped-call]
    linker = Linker(api.register(profiles), translated(settings), log_level=None)
    for column, table in common.items():
        linker.table_management.register_term_frequency_lookup(api.register(table), column)
    scored = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
    kept = scored.as_spark_dataframe().selectExpr("unique_id_l AS left", "unique_id_r AS right", "match_weight")
    pairs: pa.Table = kept.toArrow()
    spark.catalog.clearCache()
    return pairs


def translated(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Splink settings for DuckDB as settings for Spark."""
    rules = [
        {"blocking_rule": _in_spark(rule["blocking_rule"]), "sql_dialect": "spark"}
        for rule in settings["blocking_rules_to_generate_predictions"]
    ]
    comparisons = [
        each | {"comparison_levels": [level | {"sql_condition": _in_spark(level["sql_condition"])}
                                      for level in each["comparison_levels"]]}
        for each in settings["comparisons"]
    ]  # fmt: skip
    changed = {"sql_dialect": "spark", "comparisons": comparisons, "blocking_rules_to_generate_predictions": rules}
    return {**settings, **changed}


def _in_spark(condition: str) -> str:
    """A condition in Spark's words.

    >>> _in_spark('jaro_winkler_similarity("first_l", "first_r") >= 0.88')
    'jaro_winkler(`first_l`, `first_r`) >= 0.88'
    >>> _in_spark("ELSE")
    'ELSE'
    """
    if condition == "ELSE":
        return condition
    said: str = sqlglot.transpile(condition, read="duckdb", write="spark")[0]
    for old, new in RENAMED.items():
        said = said.replace(old, new)
    return said
