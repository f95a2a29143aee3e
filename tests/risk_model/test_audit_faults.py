"""Each audit finds what was planted, in a small world whose truth is known, and says nothing of a clean one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk_model.audits import (
    AUDITS,
    Verdict,
    feeds_failing,
    privacy,
    proxies,
    reasons,
    recording,
    run_audits,
    steadiness,
)
from risk_model.audits.rights import FOR_THEM
from risk_model.audits.separation import separation
from risk_model.training.estimators import ESTIMATORS
from tests.soak.audit_worlds import FAULTS, world


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory):
    return world(tmp_path_factory.mktemp("clean"), 1)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_by_the_audit_that_is_there_for_it(tmp_path: Path, fault: str) -> None:
    finding = AUDITS[FAULTS[fault]](world(tmp_path, 1, fault))
    assert finding.verdict is Verdict.FAILS
    assert finding.reasons


def test_a_clean_world_fails_nowhere_and_the_report_is_whole(clean) -> None:
    report = run_audits(clean)
    assert not report.failures
    assert [finding.audit for finding in report.findings] == list(AUDITS)
    page = report.html()
    assert "Equality duty" in page
    assert FOR_THEM in page
    assert json.loads(report.to_json())["rights"]["heads"] == ["Framework", "Question", "Answer"]


def test_a_group_recorded_less_is_named_with_the_strength_that_would_explain_it(tmp_path: Path) -> None:
    finding = recording.audit(world(tmp_path, 3, "detection_bias"))
    said = next(reason for reason in finding.reasons if "female" in reason)
    assert "less often" in said
    assert "would explain all of it" in said
    ratio = float(finding.tables[0].rows[0][1].split(" ")[0])
    assert ratio == pytest.approx(0.4, abs=0.12)


def test_a_proxy_is_named_and_what_is_not_one_is_not(tmp_path: Path) -> None:
    finding = proxies.audit(world(tmp_path, 4, "proxy"))
    assert len(finding.reasons) == 2
    assert "input 5" in finding.reasons[0]
    assert "input 1" not in finding.reasons[0]


def test_telling_apart_is_what_scikit_learn_calls_it() -> None:
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(1)
    inside, score = rng.random(300) < 0.3, rng.integers(0, 9, 300).astype(float)
    found = separation(score, inside)
    assert found.auc == pytest.approx(roc_auc_score(inside, score))
    assert found.low < found.auc < found.high


def test_a_shifted_date_is_named(tmp_path: Path) -> None:
    finding = steadiness.audit(world(tmp_path, 2, "label_shift"))
    assert any(reason.startswith("2024-07-01") and "as few" in reason for reason in finding.reasons)


def test_whose_feed_fails_changes_the_list_and_unusable_rows_are_refused(clean, monkeypatch) -> None:
    finding = feeds_failing.audit(clean)
    assert finding.verdict is not Verdict.FAILS
    assert [row[0] for row in finding.tables[0].rows] == ["Northumbria Police"]
    monkeypatch.setattr(type(clean.model), "raw_score", lambda self, X: np.zeros(len(X)))
    assert feeds_failing.audit(clean).verdict is Verdict.FAILS


def test_how_few_keep_their_place_without_a_feed_is_not_told(clean, monkeypatch) -> None:
    monkeypatch.setattr(feeds_failing, "changed", lambda *given: 0.99)
    finding = feeds_failing.audit(clean)
    assert finding.verdict is Verdict.NEEDS_ATTENTION
    assert finding.reasons == ("without Northumbria Police, nearly all of the places go to others",)
    assert "99%" not in repr(finding)


def test_nothing_changes_where_nothing_is_empty(clean) -> None:
    latest = clean.known.rows(np.flatnonzero(clean.known.as_of == clean.known.as_of.max()))
    assert feeds_failing.changed(clean, latest, latest.X) == 0


@pytest.mark.parametrize("words", ["{n} times with her sister", "Of Asian background", "His mother's conviction, {n}"])
def test_words_that_tell_too_much_fail_and_nobody_may_accept_it(clean, words: str) -> None:
    first = clean.features[0]
    telling = (replace(first, phrase=replace(first.phrase, many=words)), *clean.features[1:])
    finding = reasons.audit(replace(clean, features=telling))
    assert finding.verdict is Verdict.FAILS
    assert not finding.acceptable


def test_every_sentence_of_the_default_catalogues_tells_nothing_it_must_not() -> None:
    from features.catalogue import CATALOGUES, chosen

    for name in CATALOGUES:
        own = chosen(name, (), False)
        assert reasons.telling_sentences(own, tuple(feature.name for feature in own)) == []


def test_main_reasons_are_all_the_same_or_none() -> None:
    one = np.eye(10)[:, ::-1] + np.arange(10)
    assert reasons.shared(one, one) == 1.0
    assert reasons.shared(np.arange(10.0)[None], -np.arange(10.0)[None]) == 0.0


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 40)), min_size=1, max_size=120))
def test_people_in_a_leaf_are_counted_as_by_hand(rows: list[tuple[int, int]]) -> None:
    leaf, person = (np.array(each) for each in zip(*rows, strict=True))
    by_hand = [len({p for at, p in rows if at == each}) for each in sorted({at for at, _ in rows})]
    found = privacy.people_in_leaves(leaf, person, int(np.bincount(person).max()))
    assert [min(n, privacy.LEAST_IN_LEAF) for n in found] == [min(n, privacy.LEAST_IN_LEAF) for n in by_hand]


@pytest.mark.parametrize("name", ["lightgbm", "random_forest"])
def test_many_records_of_few_people_are_few_people(clean, name: str) -> None:
    known = clean.known
    few = replace(known, person=np.where(known.X[:, 0] > 2, known.person % 7, known.person))
    fitted = ESTIMATORS[name].fit(known, {}, 1)
    assert not privacy.leaf_faults(replace(clean, model=replace(clean.model, fitted=fitted)))
    found = privacy.leaf_faults(replace(clean, model=replace(clean.model, fitted=fitted), known=few))
    assert len(found) == 1
    assert "fewer than 10 people" in found[0]


def test_a_small_leaf_and_a_small_count_in_the_bundle_are_found(tmp_path: Path) -> None:
    (tmp_path / "model.txt").write_text("leaf_count=40 3 60\n")
    (tmp_path / "model.json").write_text(json.dumps({"bands": [{"people": 40, "positives": 3}, {"positives": 0}]}))
    faults = privacy.bundle_faults(tmp_path, 5)
    assert faults[0].startswith("model.txt: 1 of 3 leaves rest on fewer than 10")
    assert faults[1] == "model.json: bands.0.positives is a count of fewer than 5"
    assert len(faults) == 2
