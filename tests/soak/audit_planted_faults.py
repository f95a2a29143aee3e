"""Each audit must find its planted fault: a missed group, detection bias, a proxy, a shift of the label, a leaking
explanation, a small cell. Twenty worlds each; a fault not found is a failure, and detection rates are printed."""

from __future__ import annotations

from pathlib import Path

from risk_model.audits import AUDITS, Verdict
from tests.soak.audit_worlds import FAULTS, world

CASES = 20


def check(folder: Path, cases: int, seed: int) -> list[str]:
    """A line for each planted fault that its audit did not find."""
    missed = []
    for fault, audit in FAULTS.items():
        found = [_found(folder / f"{fault}-{case}", seed + case, fault, audit) for case in range(cases)]
        print(f"  {fault}: the audit {audit!r} found it in {sum(found)} of {cases} worlds", flush=True)
        missed += [f"{fault}, seed {seed + case}: not found by {audit!r}" for case, ok in enumerate(found) if not ok]
    return missed


def _found(folder: Path, seed: int, fault: str, audit: str) -> bool:
    return AUDITS[audit](world(folder, seed, fault)).verdict is Verdict.FAILS
