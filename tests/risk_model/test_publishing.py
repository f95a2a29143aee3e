"""Only a model that was audited, explained and signed for is published; the same inputs give the same version."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from risk_model.audits.finding import Verdict
from risk_model.errors import NotPublishable, Tampered
from risk_model.publishing.cards import CardInputs
from risk_model.publishing.files import digest_of_folder
from risk_model.publishing.index import export_card, index_cards
from risk_model.publishing.provenance import code_digest, requirements_digest
from risk_model.publishing.publish import publish, refuse_unpublishable
from risk_model.publishing.signoff import Acceptance, SignOff, accept_failures, demonstration_sign_off
from risk_model.publishing.versions import MANIFEST, ModelVersion, verify
from tests.risk_model.drawn_card import (
    ACCEPTED,
    REASON,
    SIGNED_ON,
    card_inputs,
    drawn_plots,
    publish_inputs,
    trained,
    with_card,
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> ModelVersion:
    return publish(publish_inputs(tmp_path_factory.mktemp("workspace") / "models"))


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def why_not(card: CardInputs, **changes: object) -> str:
    with pytest.raises(NotPublishable) as refused:
        refuse_unpublishable(publish_inputs(Path("none"), card, **changes), drawn_plots())
    return str(refused.value)


def judged(card: CardInputs, audit: str, verdict: Verdict, acceptable: bool) -> CardInputs:
    changes = {"verdict": verdict, "acceptable": acceptable}
    findings = tuple(f.model_copy(update=changes) if f.audit == audit else f for f in card.audit.findings)
    return replace(card, audit=card.audit.model_copy(update={"findings": findings}))


def test_a_version_holds_all_that_makes_it_again(published: ModelVersion) -> None:
    files = set(published.manifest.files)
    assert {"card.md", "card.html", "audit.json", "audit.html", "experiment.toml", "features.json", "metrics.json",
            "signers.json", "provenance.json", "model/model.json"} <= files  # fmt: skip
    assert published.version.startswith("2026-01-01-")
    assert len(published.version) == len("2026-01-01-") + 8
    made = published.manifest.provenance
    assert (made.warehouse_fingerprint, made.seed) == ("ab12cd34ef56ab78", 20260101)
    assert f"`{published.version}`" in (published.folder / "card.md").read_text()


def test_the_same_inputs_give_the_same_version_and_bytes(published: ModelVersion, tmp_path: Path) -> None:
    again = publish(publish_inputs(tmp_path / "models"))
    assert again.version == published.version
    assert bytes_of(again.folder) == bytes_of(published.folder)


def test_publishing_again_changes_nothing(published: ModelVersion) -> None:
    before = {path: path.stat().st_mtime_ns for path in published.folder.rglob("*")}
    calls: list[str] = []
    again = publish(publish_inputs(published.folder.parent, register=lambda v: calls.append(v.version)))
    assert again == published
    assert calls == [published.version]
    assert {path: path.stat().st_mtime_ns for path in published.folder.rglob("*")} == before


def test_files_of_a_version_cannot_be_written_to(published: ModelVersion) -> None:
    assert all(path.stat().st_mode & 0o222 == 0 for path in published.folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("change", ["plan", "sign off", "data", "model"])
def test_anything_that_differs_gives_another_version(published: ModelVersion, tmp_path: Path, change: str) -> None:
    card, plan, model = card_inputs(), "name = 'drawn'\n", trained().folder / "model"
    if change == "plan":
        plan = "name = 'other'\n"
    if change == "sign off":
        card = replace(card, sign_offs=(demonstration_sign_off(date(2026, 1, 3), ACCEPTED),))
    if change == "data":
        made = card.provenance.model_copy(update={"warehouse_fingerprint": "ffff0000ffff0000"})
        card = replace(card, provenance=made)
    if change == "model":
        model = shutil.copytree(model, tmp_path / "model")
        (model / "note.txt").write_text("another")
        card = replace(card, audit=card.audit.model_copy(update={"model_digest": digest_of_folder(model)}))
    other = publish(publish_inputs(tmp_path / "models", card, experiment_toml=plan, model_folder=model))
    assert other.version != published.version


def test_the_commit_is_recorded_and_does_not_make_another_version(published: ModelVersion, tmp_path: Path) -> None:
    card = card_inputs()
    filed = replace(card, provenance=card.provenance.model_copy(update={"git_commit": "abc123"}))
    again = publish(publish_inputs(tmp_path / "models", filed))
    assert again.version == published.version
    assert again.manifest.provenance.git_commit == "abc123"


def test_a_damaged_version_is_not_published_over(published: ModelVersion, tmp_path: Path) -> None:
    shutil.copytree(published.folder, tmp_path / "models" / published.version)
    damaged = tmp_path / "models" / published.version / "card.md"
    damaged.chmod(0o644)
    damaged.write_text("another card")
    with pytest.raises(Tampered, match=r"card\.md: changed"):
        publish(publish_inputs(tmp_path / "models"))


def test_a_model_that_was_not_audited_is_refused(tmp_path: Path) -> None:
    card = card_inputs()
    none = card.audit.model_copy(update={"findings": card.audit.findings[1:]})
    assert "the audit 'groups' was not run" in why_not(replace(card, audit=none))
    other = card.audit.model_copy(update={"model_digest": "0" * 64})
    assert "the audit is of another model" in why_not(replace(card, audit=other))
    elsewhere = card.audit.model_copy(update={"experiment": "another"})
    assert "the audit is of logistic in another" in why_not(replace(card, audit=elsewhere))


def test_a_failing_audit_needs_a_named_persons_acceptance_with_a_reason() -> None:
    failing = judged(card_inputs(), "groups", Verdict.FAILS, acceptable=True)
    nobody = replace(failing, sign_offs=(demonstration_sign_off(SIGNED_ON),))
    assert "a named person must accept it with a reason" in why_not(nobody)
    curt = replace(failing, sign_offs=(demonstration_sign_off(SIGNED_ON, [Acceptance(audit="groups", reason="ok")]),))
    assert "without saying why" in why_not(curt)
    accepted = accept_failures(failing.audit, REASON)
    signed = replace(failing, sign_offs=(demonstration_sign_off(SIGNED_ON, accepted),))
    refuse_unpublishable(publish_inputs(Path("none"), signed), drawn_plots())
    assert accept_failures(failing.audit, "  ") == ()


def test_some_failures_nobody_may_accept() -> None:
    failing = judged(card_inputs(), "coverage", Verdict.FAILS, acceptable=False)
    bold = demonstration_sign_off(SIGNED_ON, [*ACCEPTED, Acceptance(audit="coverage", reason=REASON)])
    assert "the audit 'coverage' fails, which nobody may accept" in why_not(replace(failing, sign_offs=(bold,)))


def test_a_card_with_a_placeholder_is_refused_with_every_reason_at_once() -> None:
    card = card_inputs()
    blank = SignOff(name=" ", role="Chair", statement="Read.", signed_on=SIGNED_ON, accepts=ACCEPTED)
    careless = replace(card, experiment=with_card(card.experiment, contact="TBC"), sign_offs=(blank,), feeds=())
    said = why_not(careless)
    assert "a sign-off without a name" in said
    assert "needs feeds, which is empty" in said
    said = why_not(replace(card, experiment=with_card(card.experiment, contact="TBC")))
    assert "holds the placeholder 'TBC'" in said


def test_nobodys_signature_is_not_enough() -> None:
    assert "nobody has signed off" in why_not(card_inputs(sign_offs=()))


def test_a_comparator_is_refused() -> None:
    card = card_inputs()
    chosen = replace(card.training.selection, chosen="contact_points")
    training = replace(card.training, selection=chosen)
    broken = replace(card, training=training, audit=card.audit.model_copy(update={"findings": ()}))
    assert "contact_points exists only to be compared with" in why_not(broken)


def test_a_pickle_in_the_model_is_refused(tmp_path: Path) -> None:
    import pickle

    shutil.copytree(trained().folder / "model", tmp_path / "model")
    (tmp_path / "model" / "weights.json").write_bytes(pickle.dumps([1]))
    said = why_not(card_inputs(), model_folder=tmp_path / "model")
    assert "the file weights.json could run code" in said
    assert "the audit is of another model" in said


def test_live_use_needs_people_words_and_a_secret_key() -> None:
    card = card_inputs()
    live = with_card(card.experiment, use="live", dpia_reference="D-1", equality_impact_reference="E-1")
    said = why_not(replace(card, experiment=live))
    assert "live use cannot be signed off by a demonstration" in said
    assert "live use needs a signing key that no seed gives away" in said
    assert "live use needs the organisation's word on families" in said


def test_a_refused_model_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(NotPublishable):
        publish(publish_inputs(tmp_path / "models", card_inputs(sign_offs=())))
    assert list(tmp_path.iterdir()) == []


def test_signers_are_written_with_what_they_accepted(published: ModelVersion) -> None:
    signers = json.loads((published.folder / "signers.json").read_text())
    assert signers[0]["demonstration"] is True
    assert signers[0]["signed_on"] == "2026-01-02"
    assert signers[0]["accepts"] == [{"audit": "groups", "reason": REASON}]


def test_an_exported_card_can_be_checked_and_is_in_the_index(published: ModelVersion, tmp_path: Path) -> None:
    assert "No card has been published here yet." in index_cards(tmp_path)
    folder = export_card(published.folder, tmp_path)
    index = (tmp_path / "README.md").read_text()
    assert f"`{published.version}`" in index
    assert published.manifest.public_key in index
    assert f"({folder.relative_to(tmp_path).as_posix()}/card.md)" in index
    assert not (folder / "model").exists()
    assert export_card(published.folder, tmp_path) == folder
    assert (tmp_path / "README.md").read_text() == index == index_cards(tmp_path)


def test_a_card_changed_after_it_was_exported_is_found(published: ModelVersion, tmp_path: Path) -> None:
    folder = export_card(published.folder, tmp_path)
    (folder / "card.md").write_text("All is well.")
    (folder / "more.md").write_text("more")
    with pytest.raises(Tampered) as refused:
        index_cards(tmp_path)
    assert "card.md: changed" in str(refused.value)
    assert "more.md: changed" in str(refused.value)


def test_an_exported_manifest_changed_by_hand_is_found(published: ModelVersion, tmp_path: Path) -> None:
    folder = export_card(published.folder, tmp_path)
    changed = verify(published.folder).model_copy(update={"audit_verdict": "passes, of course"})
    (folder / MANIFEST).write_bytes(changed.to_bytes())
    with pytest.raises(Tampered, match=r"manifest\.json: not as signed"):
        index_cards(tmp_path)


def test_digests_of_code_and_libraries_are_stable(tmp_path: Path) -> None:
    assert code_digest() == code_digest()
    assert requirements_digest(tmp_path) == ""
    (tmp_path / "requirements.lock").write_text("a==1\n")
    assert len(requirements_digest(tmp_path)) == 64


def test_the_index_in_the_repository_is_that_of_the_cards_there() -> None:
    cards = Path(__file__).parents[2] / "model_cards"
    assert (cards / "README.md").read_text(encoding="utf-8") == index_cards(cards)
