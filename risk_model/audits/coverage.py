"""Is everything the model uses permitted? Its inputs by name and by definition, and the files it is loaded from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from features.definition import AnyFeature, Feature, parts_of
from features.events import KINDS
from features.switches import SWITCHES, left_out_unless
from risk_model.audits.finding import Finding, Verdict
from risk_model.audits.inputs import AuditInputs
from risk_model.publishing.files import pickled_files
from risk_model.training.estimators import ESTIMATORS
from risk_model.words import listed

NAME = "coverage"
QUESTION = "Is everything the model uses permitted?"
PROTECTED_WORDS = frozenset({
    "sex", "male", "female", "gender", "ethnic", "ethnicity", "race", "racial", "religion", "belief", "disability",
    "disabled", "send", "ehcp", "orientation", "pregnancy", "pregnant", "maternity", "marriage", "married",
    "nationality", "language",
})  # fmt: skip
"""Words of an input's name that would make it a protected characteristic. Age is not among them: it defines the service."""  # noqa: E501
PROXY_WORDS = frozenset({"postcode", "lsoa", "imd", "deprivation", "ward"})
"""Words of an input's name that would make it a stand-in for wealth or ethnicity."""


def audit(inputs: AuditInputs) -> Finding:
    """The verdict: fails on any input that is not permitted or any file that could run code. Nobody may accept that."""
    faults = input_faults(inputs.model.feature_names, inputs.features) + file_faults(inputs.model_folder)
    if not ESTIMATORS[inputs.model.estimator].publishable:
        faults.append(f"the estimator {inputs.model.estimator} exists only to be compared with")
    kinds = kinds_used(inputs.model.feature_names, inputs.features)
    fine = (
        f"All {len(inputs.model.feature_names)} inputs are defined in the catalogue. None is a protected "
        "characteristic, none names a place, none is about other people or about what a family can pay, and none "
        "counts what police choose to look for.",
        "Nothing the model is loaded from can run code.",
    )
    return Finding(
        audit=NAME,
        question=QUESTION,
        verdict=Verdict.FAILS if faults else Verdict.PASSES,
        reasons=tuple(faults) or fine,
        notes=(f"The inputs are made from: {listed([KINDS[kind].meaning for kind in kinds])}.",),
    )


def input_faults(names: Sequence[str], features: Sequence[AnyFeature]) -> list[str]:
    """A sentence for each input that is unknown, protected, a proxy by its name, or left out unless asked for."""
    by_name = {feature.name: feature for feature in features}
    faults = []
    for name in names:
        words = set(name.split("_"))
        if name not in by_name:
            faults.append(f"the input {name} has no definition in the catalogue")
        else:
            faults += [f"the input {name} {SWITCHES[one]}" for one in sorted(left_out_unless(by_name[name], features))]
        if words & PROTECTED_WORDS:
            faults.append(f"the input {name} is a protected characteristic by its name")
        if words & PROXY_WORDS:
            faults.append(f"the input {name} stands in for where somebody lives")
    return faults


def file_faults(folder: Path) -> list[str]:
    """A sentence for each file that is, or holds, a pickle."""
    return [f"the file {name} could run code when it is loaded" for name in pickled_files(folder)]


def kinds_used(names: Sequence[str], features: Sequence[AnyFeature]) -> list[str]:
    """The kinds of event behind the inputs, in order of name."""
    by_name = {feature.name: feature for feature in features}
    wanted = {name for name in names if name in by_name}
    wanted |= {part for name in wanted for part in parts_of(by_name[name])}
    counted = [by_name[name] for name in sorted(wanted) if isinstance(by_name.get(name), Feature)]
    return sorted({kind for feature in counted if isinstance(feature, Feature) for kind in feature.events.kinds})
