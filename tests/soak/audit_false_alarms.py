"""On clean worlds every audit must be quiet. Twenty worlds; an audit that fails one raised a false alarm, and the
rates are printed; those of asking for attention, which is no alarm, beside them. One in twenty may be chance, by the
intervals' own promise; more is a failure."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from risk_model.audits import AUDITS, Verdict
from tests.soak.audit_worlds import world

CASES = 20


def check(folder: Path, cases: int, seed: int) -> list[str]:
    """A line for each audit that fails more than one clean world in twenty."""
    alarms: Counter[str] = Counter()
    attention: Counter[str] = Counter()
    why: dict[str, str] = {}
    for case in range(cases):
        inputs = world(folder / f"{case}", seed + case)
        for name, audit in AUDITS.items():
            finding = audit(inputs)
            attention[name] += finding.verdict is Verdict.NEEDS_ATTENTION
            if finding.verdict is Verdict.FAILS:
                alarms[name] += 1
                why[name] = finding.reasons[0]
    for name in AUDITS:
        asked = f"attention asked for in {attention[name]}"
        print(f"  {name}: {alarms[name]} false alarm(s) in {cases} clean worlds; {asked}", flush=True)
    most = max(1, cases // 20)
    return [f"{name}: {count} false alarms; the last: {why[name]}" for name, count in alarms.items() if count > most]
