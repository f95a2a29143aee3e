"""Agreements are read strictly, end on their day, and what is made from several is held to the strictest of them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.agreements import AGREEMENTS, FOLDER, Agreement, Purpose, Regime, read_agreements
from features.agreements.agreement import PURPOSE_WORDS, read_agreement
from features.agreements.door import refusals
from features.agreements.inheritance import BOOKKEEPING, agreements_of, strictest
from features.catalogue import CATALOGUES
from features.definition import Age, Feature
from features.errors import BadConfiguration, NotPermitted
from features.feeds import FEEDS
from features.intake import take_in
from features.warehouse import STORED, Warehouse
from features.workspace import Workspace
from tests.features.delivery import deliver

WHOLE = (FOLDER / "police.toml").read_text()
NORTHUMBRIA = CATALOGUES["northumbria"]


def _written(folder: Path, *changes: tuple[str, str]) -> Path:
    text = WHOLE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "police.toml").write_text(text)
    return folder / "police.toml"


def test_every_agreement_names_all_it_must_and_is_used() -> None:
    assert {feed.agreement for feed in FEEDS} == set(AGREEMENTS)
    for agreement in AGREEMENTS.values():
        listed = {feed.name for feed in FEEDS if feed.agreement == agreement.reference}
        assert set(agreement.fields) == listed
        assert agreement.is_live(date(2026, 1, 1))


@pytest.mark.parametrize(
    "purpose", ["enforcement", "stop_and_search", "bail", "early_support; patrol", "Early_support"]
)
def test_a_purpose_outside_the_closed_list_cannot_be_written(tmp_path: Path, purpose: str) -> None:
    with pytest.raises(BadConfiguration, match=r"purposes\.0"):
        read_agreement(_written(tmp_path, ('"early_support"', f'"{purpose}"')))


def test_no_purpose_there_is_allows_enforcement() -> None:
    for words in PURPOSE_WORDS.values():
        before = words.split("never")[0].lower()
        assert not re.search("enforce|police|arrest|bail|charg|sanction|patrol|search|housing", before)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("expires_on = 2030-01-01", "expires_on = 2019-09-01", "expires_on must come after starts_on"),
        ("retention_months = 84", "# none", "retention_months must be given"),
        ('regime = "UK GDPR"', 'regime = "none"', "regime"),
        ("[contacts]", "colour = 1\n[contacts]", "colour"),
        ("[contacts]", "contacts", "is not TOML"),
    ],
)
def test_a_faulty_agreement_is_refused_and_the_fault_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    _written(tmp_path, (old, new))
    with pytest.raises(BadConfiguration, match=r"police\.toml") as refused:
        read_agreements(tmp_path)
    assert said in str(refused.value)


def test_two_agreements_of_one_reference_are_refused(tmp_path: Path) -> None:
    _written(tmp_path)
    (tmp_path / "again.toml").write_text(WHOLE)
    with pytest.raises(BadConfiguration, match="another file has the reference VRU-ISA-POLICE"):
        read_agreements(tmp_path)


@pytest.mark.parametrize(
    ("change", "received_on", "key"),
    [
        ({}, date(2030, 1, 1), "expires_on"),
        ({}, date(2019, 8, 31), "expires_on"),
        ({"purposes": (Purpose.EVALUATION,)}, date(2025, 1, 1), "purposes"),
        ({"fields": {"asb": ("incident_id",)}}, date(2025, 1, 1), "[fields]"),
    ],
)
def test_what_no_live_agreement_covers_is_refused_with_the_line_to_change(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: dict[str, object], received_on: date, key: str
) -> None:
    workspace = Workspace(tmp_path)
    deliver(workspace.extracts)
    police = AGREEMENTS["VRU-ISA-POLICE"].model_copy(update=change)
    monkeypatch.setitem(AGREEMENTS, "VRU-ISA-POLICE", police)
    with pytest.raises(NotPermitted) as refused:
        take_in(workspace, workspace.extracts, received_on=received_on)
    said = next(line for line in str(refused.value).splitlines() if "custody.csv" in line)
    number = int(said.split("features/agreements/police.toml, line ")[1].split()[0].rstrip(";,."))
    assert WHOLE.splitlines()[number - 1].startswith(key)
    assert not workspace.data.exists()


def test_an_agreement_is_live_from_its_first_day_to_the_eve_of_its_last() -> None:
    police = AGREEMENTS["VRU-ISA-POLICE"]
    feed = next(feed for feed in FEEDS if feed.name == "custody")
    for day, live in ((police.starts_on, True), (police.starts_on - timedelta(1), False), (police.expires_on, False),
                      (police.expires_on - timedelta(1), True)):  # fmt: skip
        assert police.is_live(day) is live
        assert (refusals(feed, police.fields["custody"], day) == []) is live


terms = st.builds(
    lambda regime, months, ends, purposes: AGREEMENTS["VRU-ISA-POLICE"].model_copy(
        update={"regime": regime, "retention_months": months, "expires_on": ends, "purposes": tuple(purposes)}
    ),
    st.sampled_from(Regime), st.one_of(st.none(), st.integers(1, 120)), st.dates(),
    st.sets(st.sampled_from(Purpose), min_size=1),
)  # fmt: skip


@given(st.lists(terms, min_size=1, max_size=5))
def test_inherited_terms_break_none_of_the_agreements_they_come_from(agreements: list[Agreement]) -> None:
    held = strictest(agreements)
    assert held is not None
    for each in agreements:
        assert list(Regime).index(held.regime) >= list(Regime).index(each.regime)
        assert each.retention_months is None or held.retention_months <= each.retention_months
        assert held.expires_on <= each.expires_on
        assert set(held.purposes) <= set(each.purposes)
    assert held.expires_on in {each.expires_on for each in agreements}
    assert held.retention_months in {each.retention_months for each in agreements}


def test_every_feature_knows_its_agreements_and_a_derived_one_those_of_its_parts() -> None:
    assert all(agreements_of(feature, NORTHUMBRIA) for feature in NORTHUMBRIA)
    by_name = {feature.name: feature for feature in NORTHUMBRIA}
    for feature in NORTHUMBRIA:
        parts = [by_name[part] for part in (getattr(feature, "over", None), getattr(feature, "under", None)) if part]
        of_parts = {each.reference for part in parts for each in agreements_of(part, NORTHUMBRIA)}
        assert of_parts <= {each.reference for each in agreements_of(feature, NORTHUMBRIA)}
    school = next(f for f in NORTHUMBRIA if isinstance(f, Feature) and f.events.kinds == ("suspension",))
    assert [each.reference for each in agreements_of(school, NORTHUMBRIA)] == ["VRU-ISA-EDUCATION"]
    age = next(f for f in NORTHUMBRIA if isinstance(f, Age))
    assert len(agreements_of(age, NORTHUMBRIA)) > 1


def test_public_test_data_is_under_no_agreement() -> None:
    assert not [f.name for f in CATALOGUES["broward"] if agreements_of(f, CATALOGUES["broward"])]
    assert strictest(()) is None


def test_every_table_and_column_of_the_warehouse_knows_its_agreement(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    take_in(workspace, deliver(workspace.extracts), key_seed=1)
    with Warehouse(workspace.warehouse) as warehouse:
        held = {(row["table_name"], row["column_name"]) for row in warehouse.sql("FROM held_under").to_pylist()}
        for table in set(STORED) - set(BOOKKEEPING):
            columns = warehouse.sql(f"DESCRIBE {table}")["column_name"].to_pylist()
            assert {(table, column) for column in columns} <= held, table
        strangers = warehouse.sql("FROM held_under ANTI JOIN agreement ON agreement = reference")
        assert len(strangers) == 0
