"""The audit of what the outcome means, on worlds whose bias of detection is set: none is found where there is none, and
what is found grows as set. The rows are what children really did; the outcome is whether it came to be known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from features.synthetic.living import Lived
from features.synthetic.truth import Setting
from risk_model.audits import AuditInputs, Finding, Verdict, recording
from risk_model.training.predictions import Predictions
from tests.lived import lived_in_one_piece
from tests.soak.audit_worlds import Held
from tests.soak.audit_worlds import world as drawn_world

CHILDREN, MONTHS = 30_000, 36
GROUPS = {"W": "White", "B": "Black or mixed", "M": "Black or mixed", "A": "Asian or other", "O": "Asian or other"}
BIASES = (0.0, 1.0, 2.0)


@pytest.fixture(scope="module")
def worlds() -> dict[float, Lived]:
    return {bias: lived_in_one_piece(Setting(7, CHILDREN, bias, ""), months=MONTHS) for bias in BIASES}


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory, worlds) -> dict[tuple[str, float], Finding]:
    """By which of the labels (found by police, or known at all) and how much bias: what the audit says."""
    inputs = drawn_world(tmp_path_factory.mktemp("model"), 1)
    plan = inputs.experiment.audit.model_copy(update={"characteristics": ("ethnic_group",)})
    inputs = replace(inputs, experiment=inputs.experiment.model_copy(update={"audit": plan}))
    said = {}
    for bias, lived in worlds.items():
        child, found, named = (
            np.concatenate([getattr(part, name) for part in lived.course.offences])
            for name in ("child", "found", "named")
        )
        group = groups_of(lived)
        held = pa.table({"person": np.arange(len(group)), "characteristic": ["ethnic_group"] * len(group),
                         "value": group})  # fmt: skip
        for label, known in (("found", found), ("known", found | named)):
            said[label, bias] = recording.audit(_blind(replace(inputs, warehouse=Held(held)), child, known))
    return said


def _blind(inputs: AuditInputs, child: np.ndarray, known: np.ndarray) -> AuditInputs:
    """A prediction that is the same for everything done, whoever did it."""
    count = len(child)
    share = np.full(count, known.mean())
    rows = Predictions("lightgbm", "test", child.astype(np.int64), np.full(count, "2018-01-01", "datetime64[D]"),
                       np.full(count, "E08000021"), np.full(count, 14, np.int16), known.astype(float), share, share,
                       np.zeros(count))  # fmt: skip
    return replace(inputs, predictions=(rows,))


def groups_of(lived: Lived) -> np.ndarray:
    return np.array([GROUPS[letter] for letter in lived.children.letter()])


def ratios(finding: Finding) -> dict[str, tuple[float, float, float]]:
    found = {}
    for name, text, _ in finding.tables[0].rows:
        value, low, high = (float(part) for part in text.replace("(", "").replace(")", "").replace("to ", "").split())
        found[name.rpartition(": ")[2]] = (value, low, high)
    return found


@pytest.mark.parametrize("label", ["found", "known"])
def test_without_bias_of_detection_the_audit_finds_no_disparity_in_labels(findings, label: str) -> None:
    assert findings[label, 0.0].verdict is Verdict.PASSES
    for value, low, high in ratios(findings[label, 0.0]).values():
        assert low - 0.05 < 1 < high + 0.05, value


def test_bias_of_detection_is_found_where_it_was_put_and_as_much_as_was_set(findings, worlds) -> None:
    """As set: the chance that police find one and the same offence, by who did it."""
    for bias in (1.0, 2.0):
        finding, lived = findings["found", bias], worlds[bias]
        assert finding.verdict is Verdict.FAILS
        assert any(", Black or mixed:" in reason for reason in finding.reasons)
        child = np.concatenate([part.child for part in lived.course.offences])
        chance = lived.detection.chance_found(child, np.zeros(len(child), np.float32), 24)
        mine = groups_of(lived)[child] == "Black or mixed"
        value, low, high = ratios(finding)["Black or mixed"]
        as_set = chance[mine].mean() / chance[~mine].mean()
        assert low / 1.1 < as_set < high * 1.1, bias  # who is found is known, and then found more: a little on top
        assert abs(np.log(value / as_set)) < np.log(1.35)


def test_disparities_in_labels_grow_with_the_bias(findings) -> None:
    for label in ("found", "known"):
        shown = [ratios(findings[label, bias])["Black or mixed"][0] for bias in BIASES]
        assert shown == sorted(shown)
        assert shown[2] / shown[1] > 1.15
    assert findings["known", 2.0].verdict is Verdict.FAILS
