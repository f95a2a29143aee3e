"""The story of people's records, beside the pipeline's: who is who, and how sure that is."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from datetime import date
from pathlib import Path

from features.access_log import append
from features.engines.choice import Engine, run_on
from features.errors import BadInput, MissingStep
from features.identities import change_key, key_path, open_sealed, read_or_make_log_key, seal
from features.linkage.evaluation import LinkQuality
from features.linkage.model import read_weights
from features.linkage.review import read_verdicts, with_verdicts
from features.linkage.trial import learn_weights, try_linking
from features.people import weights_path
from features.pseudonyms import read_shown, show
from features.report import IntakeReport
from features.rights.subjects import first_number, subjects_of
from features.synthetic import DEFAULT_SEED, make_partners
from features.workspace import Workspace, write_json
from risk_model.disclosure import show_about
from risk_model.state import Say
from risk_model.telling import Made, lines

GOOD_F1, GOOD_PRECISION, WIDEST_GAP = 0.98, 0.99, 0.02
"""What linking must reach on the synthetic world."""


def evaluate_linking(root: Path, seeds: int, children: int, say: Say, engine: str = "local") -> Made:
    """Linking against the truth of ``seeds`` synthetic worlds. The headline is the worst of them in each figure.

    ``engine`` (local or spark) compares the pairs.
    """
    workspace = Workspace(root)
    weights = read_weights(weights_path(workspace))
    found: dict[int, LinkQuality] = {}
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".linking-", dir=root) as scratch:
        for seed in range(DEFAULT_SEED + 1, DEFAULT_SEED + 1 + seeds):
            say(f"a world of seed {seed}")
            delivery, truth = Path(scratch) / f"{seed}", Path(scratch) / f"truth_{seed}"
            make_partners(delivery, seed, children, truth=truth)
            say(f"linking the world of seed {seed}")
            with run_on(Engine(engine, root)):
                found[seed] = try_linking(delivery, truth, Path(scratch), weights)
    worst = {name: min(getattr(each, name) for each in found.values()) for name in ("precision", "recall", "f1")}
    worst["recall_gap"] = max(each.recall_gap for each in found.values())
    good = worst["f1"] >= GOOD_F1 and worst["precision"] >= GOOD_PRECISION and worst["recall_gap"] < WIDEST_GAP
    text = lines(
        f"Linking, the worst of {seeds} synthetic worlds of {children:,} children:",
        [f"  {name.replace('_', ' ')}  {value:.4f}" for name, value in worst.items()],
        [f"  seed {seed}: F1 {each.f1:.4f}; recall " + ", ".join(
            f"{group} {share:.3f}" for group, (_, share) in each.by_group.items()) for seed, each in found.items()],
        "" if good else f"Not good enough: F1 {GOOD_F1}, precision {GOOD_PRECISION}, gap under {WIDEST_GAP} are asked.",
    )  # fmt: skip
    each = [{"seed": seed, **asdict(quality)} for seed, quality in found.items()]
    return Made(text, {**worst, "children": children, "seeds": each}, exit_code=0 if good else 1)


def train_linking(root: Path, data: Path | None, say: Say) -> Made:
    """Weights learned from the workspace's extracts; the next load links with them."""
    workspace = Workspace(root)
    delivery = data or workspace.extracts
    if not delivery.exists():
        raise MissingStep(f"no extracts at {delivery}; make synthetic ones (risk-model simulate) or give --data")
    say("learning how alike records of one person are")
    weights = learn_weights(delivery, workspace.data)
    write_json(workspace.link_weights, weights)
    return Made(f"Link weights learned from {weights['profiles']:,} descriptions: {workspace.link_weights}. "
                "The next load uses them: risk-model intake", {"profiles": weights["profiles"]})  # fmt: skip


def decide_links(root: Path, verdicts: Path) -> Made:
    """What somebody decided about doubtful pairs, kept for every later load."""
    workspace = Workspace(root)
    kept = open_sealed(workspace)
    decided = read_verdicts(verdicts)
    before = kept["decision"]
    kept["decision"] = with_verdicts(before, decided) if len(decided) else before
    seal(workspace, kept)
    same = sum(decided["same"].to_pylist())
    text = (
        f"{len(decided)} decisions taken in ({same} same, {len(decided) - same} different). The next load applies them."
    )
    return Made(text, {"decisions": len(decided), "same": same, "kept": len(kept["decision"])})


def tell_links(root: Path) -> Made:
    """What the last load joined, and how many pairs wait for a person."""
    path = Workspace(root).data / "intake.json"
    if not path.exists():
        raise MissingStep(f"nothing is loaded in {root}; first: risk-model intake")
    counts = asdict(IntakeReport.from_json(path.read_text(encoding="utf-8")).links)
    text = lines(
        "Who is who, as last loaded:",
        [f"  {show_about(count):>9s} {name.replace('_', ' ')}" for name, count in counts.items()],
        f"To decide: {Workspace(root).review} (names: for the person who decides only)" if counts["for_review"] else "",
    )
    return Made(text, {name: show_about(count) for name, count in counts.items()})


def reveal(root: Path, shown: str, by: str, reason: str, on: date) -> Made:
    """Who a pseudonym is, once the act is written down with a named person and a reason.

    The figures say that somebody was looked up, never who it was.
    """
    workspace = Workspace(root)
    person = read_shown(shown)
    kept = open_sealed(workspace)
    found = [row for row in kept["number"].to_pylist() if row["person"] == person]
    if not found:
        raise BadInput("nobody in the identity store has this number: check it against the list it came from")
    whom = first_number(kept, subjects_of(kept, {person}))
    append(workspace.access_log, read_or_make_log_key(workspace), "reveal", whom, by, reason, on)
    names = [row for row in kept["name"].to_pylist() if row["person"] == person]
    text = lines(
        f"{show(person)}, looked up by {by} on {on}; written down in {workspace.access_log}",
        sorted({f"  {row['forename'] or ''} {row['surname'] or ''}, born {row['dob'] or 'unknown'} ({row['feed']})"
                for row in names}),
        [f"  {row['numbering'].replace('_', ' ')} number {row['who']}" for row in found],
    )  # fmt: skip
    return Made(text, {"pseudonym": show(person), "act": "reveal", "by": by, "on": f"{on}"})


def change_identity_key(root: Path) -> Made:
    """The identity store sealed under a new key; pseudonyms stay."""
    workspace = Workspace(root)
    change_key(workspace)
    text = f"{workspace.identities} is sealed under a new key, {key_path(workspace)}: back it up. Pseudonyms stay."
    return Made(text, {"store": f"{workspace.identities}"})
