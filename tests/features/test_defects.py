"""The synthetic extracts are as messy as set: names, birthdays, records, and rows that break their contract."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from features.intake import take_in
from features.synthetic import make_partners
from features.synthetic.areas import Areas, made_up_areas
from features.synthetic.broken_rows import BROKEN, spoil
from features.synthetic.care import care_records
from features.synthetic.defects import USUAL, Defects
from features.synthetic.name_pools import LOCALES, TRADITIONS, pool_of
from features.synthetic.names import ETHNIC_CODES
from features.synthetic.nominals import make_nominals, nominal_columns
from features.synthetic.population import Children, make_children
from features.synthetic.recorded import typed_births, typed_names
from features.windows import days_since_epoch
from features.workspace import Workspace

NONE = Defects(**{part.name: 0.0 for part in fields(Defects) if part.name != "new_system"})


@pytest.fixture(scope="module")
def areas() -> Areas:
    return made_up_areas(np.random.default_rng(1))


@pytest.fixture(scope="module")
def children(areas: Areas) -> Children:
    return make_children(np.random.default_rng(2), areas, 20_000)


def test_a_share_outside_nought_and_one_is_refused() -> None:
    with pytest.raises(ValueError, match=r"misspelt is a share from 0 to 1, not 1\.5"):
        replace(USUAL, misspelt=1.5)


@pytest.mark.parametrize("tradition", TRADITIONS)
def test_every_tradition_has_enough_names_of_both_sexes_that_a_file_can_hold(tradition: str) -> None:
    pool = pool_of(tradition)
    for names in (pool.boys, pool.girls, pool.surnames):
        assert len(set(names)) >= 20
        assert not [name for name in names if set(name) & set(',"\n;|') or name != name.strip()]
    if tradition in LOCALES:
        common = pd.Series(pool.surnames).value_counts()
        assert common.iloc[0] > 1, "common names come up more than once"


def test_names_follow_the_family_and_its_group(children: Children) -> None:
    polish, british = (set(pool_of(name).surnames) for name in ("polish", "british"))
    letter = children.letter()
    of_group = {
        code: np.isin(children.surname[children.ethnicity == ETHNIC_CODES.index(code)], list(polish)).mean()
        for code in ("W1", "W9")
    }
    assert of_group["W9"] > 0.15 > 0.02 > of_group["W1"]
    assert np.isin(children.surname[letter == "W"], list(british)).mean() > 0.3
    first = pd.DataFrame({"family": children.family, "surname": children.surname})
    assert (first.groupby("family")["surname"].nunique() == 1).all(), "siblings share a surname"


def test_neighbours_share_streets_and_siblings_a_home(children: Children, areas: Areas) -> None:
    home = children.families.home[:, 0]
    street = pd.Series(children.families.address[:, 0]).str.replace(r"^\d+ ", "", regex=True)
    streets = pd.DataFrame({"area": home, "street": street}).groupby("area")["street"].nunique()
    assert streets.max() <= 14
    assert street.nunique() > 200
    assert len(np.unique(children.families.uprn)) == children.families.uprn.size, "no two homes are one property"
    northumberland = areas.authority[home] == areas.authority_codes.index("E06000057")
    charltons = np.isin(children.families.surname, ["Charlton", "Robson", "Milburn", "Armstrong"])
    assert charltons[northumberland].mean() > 1.2 * charltons[~northumberland].mean()


def test_without_defects_names_and_birthdays_are_typed_as_they_are(children: Children) -> None:
    rng, everybody = np.random.default_rng(3), np.arange(len(children))
    familiar = np.isin(children.families.tradition[children.family], [TRADITIONS.index("british")])
    forename, surname = typed_names(rng, children, everybody, defects=NONE)
    assert (forename == children.forename)[familiar].all()
    assert (surname == children.surname)[familiar].all()
    assert (typed_births(rng, children.born, defects=NONE) == children.born).all()


@pytest.mark.parametrize("times", [1.0, 3.0])
def test_unfamiliar_names_are_misspelt_as_many_times_as_often_as_set(children: Children, times: float) -> None:
    defects = replace(NONE, misspelt=0.1, unfamiliar_times=times)
    child = np.repeat(np.arange(len(children)), 3)
    forename, _ = typed_names(np.random.default_rng(4), children, child, defects=defects)
    muslim = children.families.tradition[children.family[child]] == TRADITIONS.index("muslim")
    british = children.families.tradition[children.family[child]] == TRADITIONS.index("british")
    wrong = forename != children.forename[child]
    assert wrong[british].mean() == pytest.approx(0.1, rel=0.15)
    assert wrong[muslim].mean() / wrong[british].mean() == pytest.approx(times, rel=0.15)


@pytest.mark.parametrize("again", [False, True])
def test_records_opened_again_are_swapped_and_misdated_as_often_as_set(children: Children, again: bool) -> None:
    defects = replace(USUAL, misspelt=0.0, misspelt_again=0.0, other_surname_used=0.0)
    child = np.repeat(np.arange(len(children)), 4)
    twice = np.full(len(child), again)
    forename, _ = typed_names(np.random.default_rng(5), children, child, twice, defects)
    british = children.families.tradition[children.family[child]] == TRADITIONS.index("british")
    swapped = (forename == children.surname[child]) & (forename != children.forename[child])
    wanted = defects.swapped_again if again else defects.swapped
    assert swapped[british].mean() == pytest.approx(wanted, rel=0.25)
    born = typed_births(np.random.default_rng(6), children.born[child], twice, defects)
    moved = born != children.born[child]
    kinds = ("born_on_1_january", "false_birth", "mistyped_birth")
    wanted = sum(getattr(defects, f"{kind}_again" if again else kind) for kind in kinds)
    assert moved.mean() == pytest.approx(wanted, rel=0.15)
    assert np.isin(born[moved], [days_since_epoch(date(year, 1, 1)) for year in range(2000, 2018)]).mean() > 0.2


def test_children_with_two_surnames_are_known_outside_school_by_either(children: Children) -> None:
    two = children.families.other_surname[children.family] != ""
    assert two.mean() == pytest.approx(USUAL.two_surnames, rel=0.2)
    _, surname = typed_names(np.random.default_rng(7), children, np.flatnonzero(two), defects=USUAL)
    other = children.families.other_surname[children.family][two]
    assert (surname == other).mean() == pytest.approx(USUAL.other_surname_used, rel=0.25)


def some_contacts(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Children, about eight times each, and the minute each contact was recorded."""
    child = rng.integers(0, 4_000, 30_000)
    return child, rng.integers(days_since_epoch(date(2016, 1, 1)), days_since_epoch(date(2026, 1, 1)), 30_000) * 1440


@pytest.mark.parametrize("share", [0.0, 0.3])
@pytest.mark.parametrize("change", [date(2018, 3, 1), date(2021, 6, 1)])
def test_a_new_records_system_opens_records_again_as_often_as_set_from_the_day_set(share: float, change: date) -> None:
    rng, day = np.random.default_rng(8), days_since_epoch(change)
    child, when = some_contacts(rng)
    made = make_nominals(rng, [(child, when)], replace(NONE, not_carried_over=share, new_system=change))
    records = pd.DataFrame({"child": made.child, "created": made.created, "number": made.ids.to_pandas()})
    is_new = records["created"] >= day * 1440
    assert (records["number"].str[0] == np.where(is_new, "P", "N")).all()
    met = pd.DataFrame({"child": child, "is_new": when >= day * 1440}).groupby("child")["is_new"]
    across = met.any() & ~met.all()
    again = records[records.duplicated("child")]
    assert len(again) == pytest.approx(share * across.sum(), rel=0.1)
    assert (again["created"] >= day * 1440).all()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.4])
def test_contacts_after_the_first_open_another_record_as_often_as_set(share: float) -> None:
    rng = np.random.default_rng(9)
    child, when = some_contacts(rng)
    made = make_nominals(rng, [(child, when)], replace(NONE, new_record=share))
    known = len(np.unique(child))
    assert len(made.child) - known == pytest.approx(share * (len(child) - known), rel=0.05)
    assert len(np.unique(made.ids)) == len(made.ids)
    assert (made.child[made.of_contact[0]] == child).all(), "every contact is written to a record of its own child"


@pytest.mark.parametrize("merged", [0.0, 0.5])
@pytest.mark.parametrize("chained", [0.0, 0.8])
def test_records_are_merged_and_merged_in_chains_as_often_as_set(merged: float, chained: float) -> None:
    rng = np.random.default_rng(10)
    setting = replace(NONE, new_record=0.4, merged=merged, merged_in_a_chain=chained)
    made = make_nominals(rng, [some_contacts(rng)], setting)
    later, into = np.flatnonzero(made.rank > 0), made.merged_into
    assert (into[made.rank == 0] == -1).all(), "a first record is merged into nothing"
    assert (into[later] >= 0).mean() == pytest.approx(merged, rel=0.05)
    gone = np.flatnonzero((into >= 0) & (made.rank >= 2))
    assert (made.child[into[gone]] == made.child[gone]).all()
    if merged:
        assert (made.rank[into[gone]] > 0).mean() == pytest.approx(chained, rel=0.05), "into one that is not the first"


@pytest.mark.parametrize(("empty", "unstated"), [(0.0, 0.0), (0.2, 0.3)])
def test_ethnicity_is_left_empty_and_not_stated_as_often_as_set(
    children: Children, areas: Areas, empty: float, unstated: float
) -> None:
    rng = np.random.default_rng(12)
    who = rng.integers(0, len(children), 30_000)
    setting = replace(NONE, no_ethnicity=empty, ethnicity_not_stated=unstated)
    known = make_nominals(rng, [(who, np.full(len(who), days_since_epoch(date(2022, 1, 1)) * 1440))], setting)
    nobody = np.zeros(0, dtype=np.int64)
    said = nominal_columns(rng, children, areas, known, nobody, setting)["sde_ethnicity"].to_pandas()
    assert said.isna().mean() == pytest.approx(empty, abs=0.01)
    assert (said.dropna() == "NS").mean() == pytest.approx(unstated, abs=0.01)


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_social_care_lacks_the_pupil_number_as_often_as_set(children: Children, share: float) -> None:
    records = care_records(np.random.default_rng(13), children, replace(NONE, no_pupil_number=share))
    assert 1 - records.upn_known.mean() == pytest.approx(share, abs=0.01)


@pytest.fixture(scope="module")
def police_files(tmp_path_factory: pytest.TempPathFactory) -> dict[float, dict[str, pd.DataFrame]]:
    """By a share that police times, delays, unrecorded crimes and eliminated suspects are all set to: their files."""
    names = ("occurrence", "occ_role", "stop_search", "missing", "asb", "da_incident", "ppn", "custody")
    found = {}
    for share in (0.0, 0.4):
        folder = tmp_path_factory.mktemp("set") / "extracts"
        defects = replace(NONE, midnight=share, recorded_late=share, unrecorded=share, eliminated=share)
        make_partners(folder, 3, children=2_000, defects=defects)
        found[share] = {name: pd.read_csv(folder / f"{name}.csv", dtype=str) for name in names}
    return found


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_every_police_file_has_midnight_times_as_often_as_set(police_files, share: float) -> None:
    began = {"occurrence": "committed_from", "stop_search": "search_dt", "asb": "incident_dt",
             "da_incident": "incident_dt", "ppn": "incident_dt", "custody": "arrest_dt",
             "missing": "start_dt"}  # fmt: skip
    for name, column in began.items():
        times = {"custody": 1 / 3, "missing": 1 / 2}.get(name, 1)
        at_midnight = police_files[share][name][column].str.endswith("00:00")
        by_luck = 4 * np.sqrt(share * times * (1 - share * times) / len(at_midnight))
        assert at_midnight.mean() == pytest.approx(share * times, abs=0.01 + by_luck), name


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_late_recording_is_as_often_as_set(police_files, share: float) -> None:
    for name in ("asb", "da_incident"):
        made = police_files[share][name]
        waited = pd.to_datetime(made["recorded_dt"]) - pd.to_datetime(made["incident_dt"])
        long = (waited > pd.Timedelta(days=8)).mean()
        assert long == pytest.approx(share * 0.7, abs=0.001 if share == 0 else 0.12), name


def test_unrecorded_crimes_and_eliminated_suspects_are_as_many_as_set(police_files) -> None:
    victims = {share: (files["occ_role"]["role"] == "victim").sum() for share, files in police_files.items()}
    assert victims[0.4] / victims[0.0] == pytest.approx(0.6, abs=0.15)
    for share, files in police_files.items():
        roles = files["occ_role"]
        taken_back = roles.loc[roles["role"] == "suspect", "to_dt"].notna().mean()
        assert (taken_back > 0.1) == (share > 0)
        assert taken_back == 0 or share > 0


def test_broken_rows_are_as_many_as_set_and_the_rest_is_untouched() -> None:
    count = 20_000
    columns = {
        "incident_id": pa.array([f"AB{n:08d}" for n in range(count)]), "nominal_id": pa.array(["N1"] * count),
        "category": pa.array(["nuisance"] * count), "recorded_dt": pa.array(["2021-01-01 10:00"] * count),
    }  # fmt: skip
    made = pa.table(spoil(np.random.default_rng(1), "asb", columns, USUAL)).to_pandas()
    broken = (made["category"] == "noise") | (made["recorded_dt"] < "2000")
    assert broken.mean() == pytest.approx(USUAL.broken_rows, rel=0.5)
    assert len(made) - count == pytest.approx(count * USUAL.sent_twice, abs=10)
    whole = made[~broken].drop_duplicates()
    assert (whole["category"] == "nuisance").all()
    none = pa.table(spoil(np.random.default_rng(1), "asb", columns, NONE))
    assert none.to_pandas().equals(pa.table(columns).to_pandas())


def test_the_usual_world_exercises_quarantine_within_the_error_budget(tmp_path: Path) -> None:
    make_partners(tmp_path / "extracts", 5, children=3_000)
    report = take_in(Workspace(tmp_path), tmp_path / "extracts", key_seed=1)
    set_aside = {feed.name: feed.rows_quarantined for feed in report.feeds if feed.rows_quarantined}
    assert len(set_aside) >= 6
    assert all(feed.rows_quarantined <= max(2, 0.03 * feed.rows_read) for feed in report.feeds)
    reasons = {reason for feed in report.feeds for reason in feed.quarantined}
    assert {"the same row again"} <= reasons
    assert any("code list" in reason for reason in reasons)
    assert set(BROKEN) >= set(set_aside)
