"""The house's arrows, read from the code itself: who may import whom, and what may be done in one place only."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from risk_model.training.estimators import ESTIMATORS

HOUSE = Path(__file__).resolve().parents[1]
PACKAGES = ("features", "risk_model")
Finder = Callable[[ast.AST], bool]

ARROWS = {
    # room: the rooms of risk_model it may import, besides itself, errors and words
    "disclosure": (),
    "errors": (),
    "words": ("experiment",),
    "plan": (),
    "experiment": ("plan",),
    "document": ("training",),  # a plot's type
    "training": ("experiment", "plan", "disclosure"),
    "audits": ("experiment", "disclosure", "document", "training", "publishing.files"),
    "publishing": ("experiment", "disclosure", "document", "training", "audits"),
    "referrals": ("experiment",),
    "fidelity": ("document", "training"),
    "tracking": ("experiment", "training"),
    "preparation": ("experiment", "training"),
    "reproduction": ("audits", "experiment", "preparation", "state", "training", "publishing"),
    "planning": ("experiment", "document", "preparation", "training"),
    "oracle": ("experiment", "preparation", "training"),
    "ceiling": ("experiment", "oracle", "preparation", "training"),
    "beside_truth": ("ceiling", "oracle", "training"),
    "telling": ("audits", "beside_truth", "ceiling", "experiment", "oracle", "disclosure", "training", "publishing"),
    "state": ("ceiling", "experiment", "oracle", "preparation", "tracking", "training", "audits"),
    "audited": ("audits", "publishing", "state", "training"),
    "auditing": ("audited", "state", "publishing", "audits", "experiment", "preparation", "telling", "training"),
    "carding": ("audited", "experiment", "state", "tracking", "training", "publishing"),
    "experimenting": ("experiment", "planning", "preparation", "state", "telling", "training"),
    "pipeline": ("*",),
    "notebook": ("pipeline", "state", "training", "audits"),
    "people": ("disclosure", "state", "telling"),
    "rights": ("disclosure", "document", "experiment", "preparation", "publishing", "referrals", "telling"),
    "commands": ("pipeline", "people", "rights"),
    "intake_page": ("document",),
    "cli": ("commands",),
}
"""As the code is. Training knows nothing of what is done with a model; audits and referrals know nothing of each other;
only ``pipeline`` sees everything, and only ``commands`` and ``notebook`` see ``pipeline``."""
EVERYBODY_MAY = ("errors", "words")

MEASURES_WITH_TRUTH = frozenset({"features/linkage/evaluation.py", "risk_model/oracle.py"})
"""Modules that measure against a synthetic world's truth. None of them may hand anything of it to training."""
LONGEST_FILE = 260
LONGER_FOR_A_REASON = {
    "features/definition.py": "typed data with an example each: half of it is docstrings",
    "features/windows.py": "dates may be compared in one file only, so all of it is here",
    "risk_model/tracking.py": "MLflow may be imported in one file only, so all of it is here",
}


@cache
def sources() -> dict[str, ast.Module]:
    """Every module of both packages, parsed, by path from the top of the repository."""
    paths = [path for package in PACKAGES for path in sorted((HOUSE / package).rglob("*.py"))]
    return {path.relative_to(HOUSE).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def imports(tree: ast.Module) -> Iterator[str]:
    """Dotted names of everything imported anywhere in a module, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full, so that arrows can be read"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules_that_import(*packages: str) -> set[str]:
    return {path for path, tree in sources().items() for name in imports(tree) if name.split(".")[0] in packages}


def places(found: Finder, outside: tuple[str, ...] = ()) -> list[str]:
    """``path:line`` of every node that ``found`` says yes to, except in files under ``outside``."""
    return [
        f"{path}:{getattr(node, 'lineno', '?')}"
        for path, tree in sources().items()
        if not path.startswith(outside or ("-",))
        for node in ast.walk(tree)
        if found(node)
    ]


def calls(*names: str) -> Finder:
    """Whether a node calls something whose last name is one of these."""

    def found(node: ast.AST) -> bool:
        if not isinstance(node, ast.Call):
            return False
        return last_name(node.func) in names

    return found


def asks_the_clock(node: ast.AST) -> bool:
    """Whether a node calls ``date.today()``, ``datetime.now()`` or the like."""
    if calls("today", "utcnow", "localtime", "gmtime", "time_ns")(node):
        return True
    return calls("now")(node) and last_name(getattr(node.func, "value", node)) in ("datetime", "Timestamp", "pendulum")


def reads_protected(node: ast.AST) -> bool:
    """Whether a node asks a warehouse for its protected characteristics (the call that takes no arguments)."""
    return calls("protected")(node) and not (node.args or node.keywords)


def says(pattern: str) -> Finder:
    """Whether a node is a piece of text (SQL, mostly) in which the pattern is found. Docstrings do not count."""
    prose = {id(text) for tree in sources().values() for text in docstrings(tree)}

    def found(node: ast.AST) -> bool:
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
        return is_text and bool(re.search(pattern, node.value, re.IGNORECASE))

    return found


def docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Texts that stand alone as a statement: docstrings, and the notes under a constant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def last_name(node: ast.AST) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def orders(*endings: str) -> Finder:
    """Whether a node puts something with one of these name endings before or after something else."""

    def found(node: ast.AST) -> bool:
        if not isinstance(node, ast.Compare):
            return False
        ordered = any(isinstance(sign, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for sign in node.ops)
        return ordered and any(last_name(side).endswith(endings) for side in (node.left, *node.comparators))

    return found


def room_of(dotted: str) -> str:
    return dotted.split(".")[1] if "." in dotted else dotted


def test_features_never_import_risk_model() -> None:
    assert not [path for path in modules_that_import("risk_model") if path.startswith("features/")]


def test_only_the_store_opens_duckdb_and_only_tracking_opens_mlflow() -> None:
    assert modules_that_import("duckdb") == {"features/store.py"}
    assert modules_that_import("mlflow") == {"risk_model/tracking.py"}
    assert modules_that_import("pyspark") == {"features/engines/cluster.py"}


@pytest.mark.parametrize("room", sorted(ARROWS))
def test_a_room_imports_only_the_rooms_its_arrows_point_to(room: str) -> None:
    allowed = ARROWS[room]
    wrong = []
    for path, tree in sources().items():
        if not path.startswith((f"risk_model/{room}/", f"risk_model/{room}.py")):
            continue
        for name in imports(tree):
            inside = name.removeprefix("risk_model.")
            if not name.startswith("risk_model.") or room_of(name) in (room, *EVERYBODY_MAY) or "*" in allowed:
                continue
            if not any(inside == open_to or inside.startswith(f"{open_to}.") for open_to in allowed):
                wrong.append(f"{path} imports {name}")
    assert not wrong


def test_every_room_has_its_line_in_the_table_of_arrows() -> None:
    rooms = {path.relative_to(HOUSE / "risk_model").parts[0].removesuffix(".py")
             for path in (HOUSE / "risk_model").rglob("*.py")}  # fmt: skip
    assert rooms - {"__init__"} == set(ARROWS)


def test_the_truth_of_a_synthetic_world_is_out_of_the_pipeline_s_reach() -> None:
    """Its place may be handed to the maker of the world; what lies there is read by what measures, never to train."""
    may = ("features/synthetic/", "risk_model/pipeline.py")
    reads = {path for path, tree in sources().items() for name in imports(tree)
             if name.startswith(("features.synthetic.truth", "features.synthetic.oracle"))}  # fmt: skip
    assert {path for path in reads if not path.startswith(may)} <= MEASURES_WITH_TRUTH
    pipeline = [name for name in imports(sources()["risk_model/pipeline.py"]) if ".truth" in name or ".oracle" in name]
    assert pipeline == ["features.synthetic.truth.truth_folder"]


def test_only_audits_read_protected_characteristics() -> None:
    assert not places(reads_protected, outside=("risk_model/audits/",))
    handed_on = places(calls("comparator_sex"), outside=("risk_model/audits/",))
    assert [place.split(":")[0] for place in handed_on] == ["risk_model/state.py"], (
        "sex is handed to the comparator in one place, from an audit's function, and to nothing else"
    )
    told_to_themselves = "features/rights/kept_warehouse.py"
    may = ("features/warehouse.py", "features/people.py", told_to_themselves)
    assert not places(says(r"\bFROM protected\b"), outside=may)


def test_only_what_is_never_published_is_handed_a_protected_characteristic() -> None:
    given = {name: each for name, each in ESTIMATORS.items() if each.needs_protected}
    assert list(given) == ["contact_points", "age_and_sex"]
    assert not any(each.publishable for each in given.values())


def test_nothing_asks_what_day_it_is() -> None:
    assert not places(asks_the_clock)
    assert not modules_that_import("time")
    assert not places(says(r"\b(current_date|current_timestamp|localtimestamp|now\(\)|today\(\))"))


def test_no_pickle_is_made_or_loaded() -> None:
    assert not modules_that_import("pickle", "joblib", "cloudpickle", "dill", "shelve", "marshal")
    assert not places(lambda node: isinstance(node, ast.keyword) and node.arg == "allow_pickle"
                      and getattr(node.value, "value", None) is True)  # fmt: skip


def test_only_windows_put_dates_of_events_in_order() -> None:
    """By name: ``happened_on``, ``available_on``, ``as_of`` and the like, in Python, compiled code and SQL.

    Synthetic partners are left out (they make the world, and no feature is computed there), and so is the choice of
    training rows by slice of as-of dates (``Slice``), which ``check_splits`` makes again in another way.
    """
    slices = ("risk_model/training/dataset.py", "risk_model/training/inputs.py", "risk_model/training/splits.py")
    elsewhere = ("features/windows.py", "features/synthetic/", *slices)
    assert not places(orders("_on", "as_of", "_until"), outside=elsewhere)
    named = r"(happened_on|available_on|withdrawn_on|ended_on|recorded_on|as_of)"
    assert not places(says(rf"{named}\s*(<|>|BETWEEN)|(<|>)=?\s*[\w.]*{named}"), outside=elsewhere)


def test_only_disclosure_decides_what_count_is_too_small() -> None:
    """Elsewhere the limit is handed on. A band's and a plot's own limit only ever hides more, and names it.

    Whoever reads what is finished a second time must ask again, and hides nothing.
    """
    elsewhere = ("risk_model/disclosure.py", "risk_model/training/bands.py", "risk_model/training/plots.py",
                 "risk_model/training/decision_curve.py", "risk_model/audits/scanning.py")  # fmt: skip
    assert not places(orders("under", "UNDER", "suppress_under"), outside=elsewhere)


def test_files_stay_short_enough_to_read_at_once() -> None:
    lengths = {path: len((HOUSE / path).read_text(encoding="utf-8").splitlines()) for path in sources()}
    too_long = {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE}
    assert set(too_long) <= set(LONGER_FOR_A_REASON), too_long
    assert set(LONGER_FOR_A_REASON) <= set(too_long), "no longer an exception: take it off the list"


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    heavy = ("duckdb", "fairlearn", "lightgbm", "matplotlib", "mlflow", "numba", "numpy", "pandas", "pyarrow", "scipy",
             "sklearn", "skops")  # fmt: skip
    code = f"import sys, risk_model.cli; print([name for name in {heavy!r} if name in sys.modules])"
    started = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, check=True)
    assert started.stdout.strip() == "[]"
