"""How alike two records are: the Splink model, its trained weights, and how to train it again.

Splink (Fellegi-Sunter) adds up evidence: each level of agreement weighs ``log2(m / u)``, where m is how often records
of one person agree so and u how often records of two people do. Rare names weigh more (term frequencies). The weights
in ``weights.json`` were learned without anybody's true identity, by expectation maximisation on a synthetic world;
``train`` learns them again from the records at hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import splink.comparison_level_library as cll
from splink import Linker, SettingsCreator
from splink.backends.duckdb import DuckDBAPI
from splink.blocking_rule_library import CustomRule
from splink.comparison_library import CustomComparison
from splink.internals.comparison_creator import ComparisonCreator

from features.engines.choice import chosen_engine
from features.linkage.on_spark import pairs_on_spark
from features.store import Connection

WEIGHTS = Path(__file__).with_name("weights.json")
"""Learned on the synthetic world (seed 7, 40,000 children); see ``docs/own_data.md`` for when to learn them again."""
SEED = 20260101
PAIRS_FOR_U = 4_000_000
PAIRS_FOR_M = 400_000
DIGITS = 6
EXCHANGED_BY_CHANCE = 0.00002
"""Too rare among random pairs to be counted: two people of whom each has the other's names the other way round."""

PROFILE_COLUMNS = ("unique_id", "number_id", "pupil", "first", "last", "dob", "birth_year", "sex", "lsoa", "council")
"""What Splink is given: one row for every way a partner's number is described; ``pupil`` is 1 for a pupil number.

``dob`` is text (YYYY-MM-DD); names are standardised (``features.linkage.stated``).
"""

APART = "l.number_id <> r.number_id AND l.pupil + r.pupil < 2"
"""Two numbers, and not two pupil numbers: every pupil has one."""

BLOCKING = (
    "l.dob = r.dob AND l.last = r.last",
    "l.dob = r.dob AND l.first = r.first",
    "l.first = r.first AND l.last = r.last",
    "l.first = r.last AND l.last = r.first",
    "l.dob = r.dob AND substr(l.first, 1, 2) = substr(r.first, 1, 2) AND substr(l.last, 1, 2) = substr(r.last, 1, 2)",
    "l.last = r.last AND l.birth_year = r.birth_year AND substr(l.first, 1, 2) = substr(r.first, 1, 2)",
    "l.first = r.first AND l.birth_year = r.birth_year AND substr(l.last, 1, 2) = substr(r.last, 1, 2)",
)
"""Which pairs are looked at; a pair of one person that none of them finds counts as missed when linkage is measured."""

_LEVELS_OF_BIRTH = (
    ("day and month exchanged",
     "substr(dob_l, 1, 4) = substr(dob_r, 1, 4) AND substr(dob_l, 6, 2) = substr(dob_r, 9, 2) "
     "AND substr(dob_l, 9, 2) = substr(dob_r, 6, 2)"),
    ("1 January of that year",
     "substr(dob_l, 1, 4) = substr(dob_r, 1, 4) AND ('01-01' IN (substr(dob_l, 6), substr(dob_r, 6)))"),
    ("one figure of the day wrong",
     "substr(dob_l, 1, 7) = substr(dob_r, 1, 7) AND damerau_levenshtein(dob_l, dob_r) <= 1"),
    ("another day of that month", "substr(dob_l, 1, 7) = substr(dob_r, 1, 7)"),
    ("one figure wrong", "damerau_levenshtein(dob_l, dob_r) <= 1"),
    ("within three years", "abs(birth_year_l - birth_year_r) <= 3"),
)  # fmt: skip


def _name(column: str, other: str) -> ComparisonCreator:
    return CustomComparison(
        [
            cll.NullLevel(column),
            cll.ExactMatchLevel(column, term_frequency_adjustments=True).configure(tf_minimum_u_value=0.00005),
            cll.CustomLevel(
                f"{column}_l = {other}_r AND {other}_l = {column}_r", "exchanged with the other name"
            ).configure(u_probability=EXCHANGED_BY_CHANCE, fix_u_probability=True),
            cll.DamerauLevenshteinLevel(column, 1),
            cll.JaroWinklerLevel(column, 0.88),
            cll.ElseLevel(),
        ],
        output_column_name=column,
    )


def _birth() -> ComparisonCreator:
    levels = [cll.CustomLevel(condition, label) for label, condition in _LEVELS_OF_BIRTH]
    return CustomComparison(
        [cll.NullLevel("dob"), cll.ExactMatchLevel("dob"), *levels, cll.ElseLevel()], output_column_name="dob"
    )


def _sex() -> ComparisonCreator:
    return CustomComparison(
        [cll.NullLevel("sex"), cll.ExactMatchLevel("sex"), cll.ElseLevel()], output_column_name="sex"
    )


def _home() -> ComparisonCreator:
    return CustomComparison(
        [
            cll.NullLevel("council"),
            cll.ExactMatchLevel("lsoa"),
            cll.CustomLevel(
                "council_l = council_r AND (lsoa_l IS NULL OR lsoa_r IS NULL)", "same council is all we know"
            ),
            cll.ExactMatchLevel("council"),
            cll.ElseLevel(),
        ],
        output_column_name="home",
    )


def untrained() -> SettingsCreator:
    """The model without weights: what is compared, on which levels, for which pairs."""
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_name("first", "last"), _name("last", "first"), _birth(), _sex(), _home()],
        blocking_rules_to_generate_predictions=[CustomRule(f"{rule} AND {APART}") for rule in BLOCKING],
        retain_matching_columns=False,
        linker_uid="linkage",
    )


def _linker(connection: Connection, settings: SettingsCreator | dict[str, Any]) -> Linker:
    profiles = DuckDBAPI(connection).register("profile")
    return Linker(profiles, settings, log_level=None)


def train(connection: Connection) -> dict[str, Any]:
    """Weights learned from the table ``profile`` (columns ``PROFILE_COLUMNS``), as a Splink settings dictionary.

    u comes from random pairs, m from expectation maximisation on two blocks, so that each comparison is learned where
    it did not choose the pairs. Rounded to six figures, so that the order of a sum never shows.
    """
    linker = _linker(connection, untrained())
    learn = linker.training
    learn.estimate_probability_two_random_records_match(
        [CustomRule(f"l.dob = r.dob AND l.first = r.first AND l.last = r.last AND {APART}")], recall=0.8
    )
    learn.estimate_u_using_random_sampling(max_pairs=PAIRS_FOR_U, seed=SEED, min_count_per_level=None)
    for rule in ("l.dob = r.dob", "l.first = r.first AND l.last = r.last"):
        learn.estimate_parameters_using_expectation_maximisation(
            CustomRule(f"{rule} AND {APART}"),
            record_sample_proportion=1.0,
            fix_probability_two_random_records_match=True,
        )
    profiles = connection.execute("SELECT count(*) FROM profile").fetchall()[0][0]
    return {"profiles": profiles, "settings": _rounded(linker.misc.save_model_to_json())}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def read_weights(path: Path = WEIGHTS) -> dict[str, Any]:
    """What ``train`` made and somebody wrote to ``path``: ``settings`` for Splink, and of how many ``profiles``."""
    weights: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return weights


def weighed(connection: Connection, weights: dict[str, Any]) -> Linker:
    """A Splink linker over the table ``profile``, with weights, ready to predict on this machine."""
    settings, common = _given(connection, weights)
    linker = _linker(connection, settings)
    for column, table in common.items():
        linker.table_management.register_term_frequency_lookup(linker._db_api.register(table), column)
    return linker


def _given(connection: Connection, weights: dict[str, Any]) -> tuple[dict[str, Any], dict[str, pa.Table]]:
    """Splink's settings for these profiles, and how common each first and last name is.

    A pair is as likely beforehand as where the weights were learned, but for the number of profiles: among ten times
    as many, the same record has ten times as many strangers. How common a name is, is counted here, and never over
    fewer profiles than that, so that in a small world no name looks common.
    """
    profiles = connection.execute("SELECT count(*) FROM profile").fetchall()[0][0]
    size = max(profiles, weights["profiles"])
    settings = dict(weights["settings"])
    settings["probability_two_random_records_match"] *= weights["profiles"] / size
    common = {
        column: connection.sql(f"""
            SELECT {column}, count(*) / {size}.0 AS tf_{column} FROM profile WHERE {column} IS NOT NULL
            GROUP BY {column} ORDER BY {column}
        """).to_arrow_table()
        for column in ("first", "last")
    }
    return settings, common


def score_pairs(connection: Connection, weights: dict[str, Any], least: float) -> pa.Table:
    """Pairs of rows of ``profile`` that weigh ``least`` or more: ``left``, ``right`` (unique_id), ``weight`` (bits).

    The engine in use (``features.engines.choice``) compares them: DuckDB here, or Spark.
    """
    engine = chosen_engine()
    if not engine.is_spark:
        scored = weighed(connection, weights).inference.predict(threshold_match_weight=least, warning_mode="never")
        pairs = _pairs(connection, scored.physical_name, "unique_id_l", "unique_id_r")
        scored.drop_table_from_database_and_remove_from_cache()
        return pairs
    profiles = connection.sql(f"SELECT {', '.join(PROFILE_COLUMNS)} FROM profile").to_arrow_table()
    settings, common = _given(connection, weights)
    connection.register("on_spark", pairs_on_spark(profiles, common, settings, least, engine.scratch or Path.cwd()))
    pairs = _pairs(connection, "on_spark", '"left"', '"right"')
    connection.unregister("on_spark")
    return pairs


def _pairs(connection: Connection, table: str, left: str, right: str) -> pa.Table:
    """Scored pairs the same way round and in the same order, whichever engine scored them."""
    pairs: pa.Table = connection.sql(f"""
        SELECT least({left}, {right}) AS "left", greatest({left}, {right}) AS "right",
               round(match_weight, 4) AS weight
        FROM {table} ORDER BY ALL
    """).to_arrow_table()
    return pairs
