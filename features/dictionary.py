"""The data dictionary, made from the catalogue so that they cannot disagree: Markdown, one HTML page, or records."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from features.catalogue import THEMES
from features.definition import (
    USES_MEASURE,
    Age,
    AnyFeature,
    ByCode,
    Change,
    CodeGroup,
    Feature,
    Phrase,
    Ratio,
    Strength,
    depends_on_discretion,
    parts_of,
)
from features.events import KINDS
from features.feeds import FEEDS
from features.switches import SWITCHES, left_out_unless
from features.where import as_tuple
from features.windows import LookBack

TITLE = "Data dictionary"
TEMPLATE = Path(__file__).with_name("dictionary.html")
KNOWN_RULE = (
    "A record counts only if it had reached us before the date and had not been taken back by then, "
    "whatever day it is about."
)
AGREEMENT_WITH = {feed.partner: feed.agreement for feed in FEEDS}
"""The reference of the agreement under which each partner sends what it sends."""
DISCRETION = {
    True: "depends on what police choose to look for; left out unless an experiment asks for it",
    False: "does not depend on what police choose to look for",
}
DIRECTIONS = {1: "more means more need", -1: "less means more need", 0: "not assumed"}


def as_records(features: Sequence[AnyFeature]) -> list[dict[str, Any]]:
    """One record a feature, in the order given, all of it plain text, booleans, numbers and lists (JSON can hold it).

    ``partners`` and ``examples`` are lists; an example has ``value`` (None where missing) and ``sentence``.
    ``features`` must hold the parts of every ratio and change in it.
    """
    by_name = {feature.name: feature for feature in features}
    return [
        {
            "name": feature.name,
            "label": feature.label,
            "theme": feature.theme,
            "family": feature.family,
            "question": feature.question,
            "how": _how(feature),
            "window": _window(feature, by_name),
            "partners": (partners := _partners(feature, by_name)),
            "agreements": [AGREEMENT_WITH[partner] for partner in partners if partner in AGREEMENT_WITH],
            "records": _kinds(feature, by_name),
            "examples": _examples(feature),
            "missing": _missing(feature),
            "discretion": depends_on_discretion(feature, features),
            "left_out_unless": sorted(left_out_unless(feature, features)),
            "sensitive": feature.sensitive,
            "direction": DIRECTIONS[feature.direction],
            "strength": _strength(feature.strength, feature.phrase),
        }
        for feature in features
    ]


def render_markdown(features: Sequence[AnyFeature]) -> str:
    """The dictionary as Markdown: a heading a theme, a heading a feature."""
    lines = [f"# {TITLE}", "", f"{_features(len(features))}. {KNOWN_RULE}", ""]
    for theme, records in _by_theme(features):
        lines += [f"## {_capital(theme)}", "", f"{THEMES.get(theme, '')} ({_features(len(records))}).".strip(), ""]
        for record in records:
            lines += [f"### `{record['name']}`", "", record["question"], ""]
            lines += [f"- **{what}:** {text}" for what, text in _facts(record)]
            lines += [f"- **Said as:** {example['sentence']}" for example in record["examples"]]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def render_html(features: Sequence[AnyFeature]) -> str:
    """The dictionary as one self-contained page: nothing is fetched, it can be searched, and it prints well."""
    themes = [
        {"name": _capital(theme), "anchor": theme.replace(" ", "-"), "about": THEMES.get(theme, ""),
         "records": [record | {"facts": _facts(record)} for record in records]}
        for theme, records in _by_theme(features)
    ]  # fmt: skip
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return page.render(title=TITLE, rule=KNOWN_RULE, total=len(features), themes=themes) + "\n"


def _by_theme(features: Sequence[AnyFeature]) -> list[tuple[str, list[dict[str, Any]]]]:
    order = list(dict.fromkeys(feature.theme for feature in features))
    records = sorted(as_records(features), key=lambda record: order.index(record["theme"]))
    return [(theme, list(group)) for theme, group in groupby(records, key=lambda record: record["theme"])]


def _facts(record: dict[str, Any]) -> list[tuple[str, str]]:
    """What is known of a feature besides its question and examples, in the order a reader wants it."""
    facts = [
        ("How", record["how"]),
        ("Window", record["window"]),
        ("From", ", ".join(record["partners"]) or "the date and the month of birth"),
        ("Agreement", ", ".join(record["agreements"]) or "none needed: no partner's records"),
        ("When missing", record["missing"]),
        ("Same story", record["family"]),
        ("Direction", record["direction"]),
        ("Police discretion", DISCRETION[record["discretion"]]),
    ]
    if record["strength"]:
        facts.append(("Strength", record["strength"]))
    if record["sensitive"]:
        facts.append(("Care", "for the worker; said in front of the wrong person it could put somebody in danger"))
    facts += [
        (name.capitalize(), f"{SWITCHES[name]}; left out unless an ablation asks for it ({name} = true)")
        for name in record["left_out_unless"]
        if name != "discretion"
    ]
    return facts


def _how(feature: AnyFeature) -> str:
    if isinstance(feature, Feature):
        wanted = feature.events
        which = [("role", as_tuple(wanted.role)), ("code", wanted.codes)]
        narrowed = [f"{what} {' or '.join(names)}" for what, names in which if names]
        if isinstance(wanted.code, CodeGroup):
            narrowed[-1] = f"{wanted.code.name}: {narrowed[-1]}, each while its list held"
        about = "; ".join(KINDS[kind].meaning for kind in wanted.kinds)
        limits = f" ({'; '.join(narrowed)})" if narrowed else ""
        whose = f", {feature.of.plain}" if feature.of else ""
        span = f", spans of {feature.span_days} days" if feature.span_days else ""
        return f"{feature.summary.value} of {about}{limits}{whose}{span}{_measured(feature)}"
    if isinstance(feature, Ratio):
        return f"`{feature.over}` divided by `{feature.under}`"
    if isinstance(feature, Change):
        return (f"the yearly rate of `{feature.recent}` ({feature.recent_days} days) less the yearly rate of the "
                f"{feature.whole_days - feature.recent_days} days before, from `{feature.whole}`")  # fmt: skip
    return "completed years, from the month of birth"


def _measured(feature: Feature) -> str:
    """Which number is summarised, where it is not events that are counted."""
    if feature.summary not in USES_MEASURE:
        return ""
    if isinstance(feature.measure, ByCode):
        return ", by code: " + "; ".join(f"{code} {number:g}" for code, number in dict(feature.measure.numbers).items())
    units = dict.fromkeys(getattr(KINDS[kind], feature.measure.value) for kind in feature.events.kinds)
    return f", measured in {'; '.join(units)}"


def _window(feature: AnyFeature, by_name: dict[str, AnyFeature]) -> str:
    if isinstance(feature, Age):
        return "the date itself"
    if isinstance(feature, Feature):
        return _days(feature.window)
    parts = [by_name[name] for name in parts_of(feature)]
    return "; and ".join(dict.fromkeys(_window(part, by_name) for part in parts))


def _days(window: LookBack) -> str:
    """The window with both ends said."""
    if window.since_age is not None:
        return f"from the day of turning {window.since_age} (the 15th of the month of birth) to the day before the date"
    if window.days is None:
        return "all days on record before the date; the date itself is not included"
    return f"the {window.days} days before the date; the first of them is included, the date itself is not"


def _kinds(feature: AnyFeature, by_name: dict[str, AnyFeature]) -> list[str]:
    """The kinds of event behind a feature, its parts' included."""
    if isinstance(feature, Feature):
        return list(feature.events.kinds)
    if isinstance(feature, Age):
        return []
    return list(dict.fromkeys(kind for name in parts_of(feature) for kind in _kinds(by_name[name], by_name)))


def _partners(feature: AnyFeature, by_name: dict[str, AnyFeature]) -> list[str]:
    return list(dict.fromkeys(KINDS[kind].partner for kind in _kinds(feature, by_name)))


def _examples(feature: AnyFeature) -> list[dict[str, Any]]:
    """What the feature says for a few values, each sentence once."""
    values = [*_values(feature), *([math.nan] if feature.when_missing is None else [])]
    said: dict[str, float | None] = {}
    for value in values:
        said.setdefault(feature.phrase.say(value), None if math.isnan(value) else value)
    return [{"value": value, "sentence": sentence} for sentence, value in said.items()]


def _values(feature: AnyFeature) -> tuple[float, ...]:
    """Values worth showing for this shape of feature."""
    if isinstance(feature, Age):
        return (14, 17)
    if feature.phrase.falling:
        return (-0.04, 0, 0.04) if feature.phrase.as_percent else (-2, 0, 2)
    if feature.phrase.as_percent:
        return (0, 0.07, 0.5)
    if feature.phrase.as_duration:
        return (45, 400) if feature.when_missing is None else (0, 45, 400)
    return (0, 1, 3)


def _missing(feature: AnyFeature) -> str:
    if isinstance(feature, Age):
        return "never"
    if isinstance(feature, Ratio) and feature.when_missing is None:
        return "left missing where what it is divided by is 0 or missing"
    if feature.when_missing is None:
        return "left missing where there is no such record; never taken for 0"
    return f"{feature.when_missing:g} where there is no such record"


def _strength(strength: Strength | None, phrase: Phrase) -> str:
    """The rule and the sentence of a strength; empty where the feature has none."""
    if strength is None:
        return ""
    scale, unit = (100, "%") if phrase.as_percent else (1, "")
    ends = [f"at least {strength.at_least * scale:g}{unit}"] if strength.at_least > -math.inf else []
    ends += [f"at most {strength.at_most * scale:g}{unit}"] if strength.at_most < math.inf else []
    return f"{strength.sentence} (said when the value is {' and '.join(ends)})"


def _features(count: int) -> str:
    return f"{count} feature{'' if count == 1 else 's'}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
