"""A large world is lived community by community: nobody belongs to two, no number is given twice, nothing grows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.intake import take_in
from features.synthetic import SyntheticSummary, make_partners
from features.synthetic.areas import made_up_areas
from features.synthetic.communities import communities
from features.synthetic.numbering import NUMBERED, numbers_apart
from features.synthetic.oracle import entry_chances
from features.synthetic.truth import BEHAVIOUR, CHILDREN, DIVERSIONS, LINKS, Setting, read_setting
from features.synthetic.writing import HEADERS
from features.workspace import Workspace

CHILDREN_AGED_10_17, LARGEST = 2_500, 900
OWN = {"occurrence": "occ_id", "police_nominal": "nominal_id", "stop_search": "search_id", "custody": "custody_id",
       "missing": "episode_id", "ppn": "notice_id", "encompass": "notice_id", "yj_case": "case_id",
       "court": "hearing_id", "probation": "supervision_id", "fire": "referral_id", "housing": "tenancy_id",
       "istv": "attendance_id"}  # fmt: skip
"""By extract: the column whose numbers are each of one row, or of one case's or family's rows."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SyntheticSummary]:
    home = tmp_path_factory.mktemp("many")
    folders = {"folder": home / "extracts", "truth": home / "truth"}
    return home, make_partners(seed=5, children=CHILDREN_AGED_10_17, largest=LARGEST, **folders)


def test_communities_share_out_whole_neighbourhoods_and_all_children() -> None:
    parts = list(communities(Setting(5, CHILDREN_AGED_10_17, 1.0, "", LARGEST)))
    every = made_up_areas(np.random.default_rng(np.random.SeedSequence(5).spawn(1)[0]))
    assert len(parts) == 3
    assert sum(part.size for part in parts) == CHILDREN_AGED_10_17
    lives_in = [set(part.areas.codes.to_pylist()) for part in parts]
    assert set().union(*lives_in) == set(every.codes.to_pylist())
    assert sum(map(len, lives_in)) == len(every)
    met_in = [set(part.areas.neighbourhood.tolist()) for part in parts]
    assert not met_in[0] & met_in[1] | met_in[0] & met_in[2] | met_in[1] & met_in[2]
    for part in parts:
        assert part.areas.authority_codes == every.authority_codes
        assert part.areas.deprivation.mean() == pytest.approx(every.deprivation.mean(), abs=0.1)


def test_no_number_of_a_record_is_given_in_two_communities(made: tuple[Path, SyntheticSummary]) -> None:
    home, summary = made
    for name, column in OWN.items():
        file = pd.read_csv(home / "extracts" / f"{name}.csv", dtype=str)
        assert len(file) == summary.rows[name]
        once = file.drop_duplicates()[column]
        again = once.duplicated().mean() if name not in ("court", "housing", "encompass", "probation") else 0.0
        assert again <= 0.02, name  # rows that break their contract on purpose may repeat a number
    assert sum(OWN[name] in HEADERS[name].split() for name in OWN) == len(OWN)
    assert set(OWN.values()) <= NUMBERED


def test_every_column_that_ends_like_a_number_is_kept_apart() -> None:
    shared = {"la_code", "lsoa", "lsoa_code", "local_authority_code"}
    numbers = {column for header in HEADERS.values() for column in header.split()
               if column.endswith(("_id", "_ref")) or column in ("upn", "uprn", "merged_into")}  # fmt: skip
    assert numbers - shared == NUMBERED


def test_numbers_keep_their_shape_and_their_first_community_keeps_its_own() -> None:
    made = ["OCC00000007", "N010000001", "A390000000011", None]
    assert numbers_apart(pa.array(made), 0).to_pylist() == made
    assert numbers_apart(pa.array(made), 3).to_pylist()[1:] == ["N000070000001", "A390060000011", None]


def test_the_truth_numbers_children_on_and_links_every_record_once(made: tuple[Path, SyntheticSummary]) -> None:
    home, _ = made
    children = pq.read_table(home / "truth" / CHILDREN).to_pandas()
    links = pq.read_table(home / "truth" / LINKS).to_pandas()
    assert (children["child"] == np.arange(len(children))).all()
    assert not links.duplicated(["source_table", "record"]).any()
    for name in (BEHAVIOUR, DIVERSIONS):
        assert pq.read_table(home / "truth" / name)["child"].to_pandas().isin(children["child"]).all()
    assert children.groupby("family")["ethnic_group"].nunique().max() == 1
    pupils = pd.read_csv(home / "extracts" / "school_pupil.csv", dtype=str).drop_duplicates("upn", keep="last")
    both = links[links["source_table"] == "school_pupil"].merge(pupils, left_on="record", right_on="upn")
    born = pd.to_datetime(both["dob"], errors="coerce").dt.date
    assert (born == children.loc[both["child"], "born"].to_numpy()).mean() > 0.98
    assert read_setting(home / "truth") == Setting(5, CHILDREN_AGED_10_17, 1.0, "", LARGEST)


def test_the_oracle_finds_each_child_in_its_own_community(made: tuple[Path, SyntheticSummary]) -> None:
    setting, day = Setting(5, CHILDREN_AGED_10_17, 1.0, "", LARGEST), date(2024, 4, 1)
    children = pq.read_table(made[0] / "truth" / CHILDREN).to_pandas()
    wanted = children["child"].to_numpy()
    chance = entry_chances(setting, {day: wanted}, futures=4)[day]
    some = np.flatnonzero(chance > 0)
    ends = np.cumsum([round(part.size / CHILDREN_AGED_10_17 * len(wanted)) for part in communities(setting)])
    assert set(np.searchsorted(ends, some, side="right")) >= {0, 1, 2}, "some in every community"
    age = (pd.Timestamp(day) - pd.to_datetime(children["born"])).dt.days.to_numpy() / 365.25
    assert age[some].min() > 9
    assert age[some].max() < 18
    few = some[::3]
    alone = entry_chances(setting, {day: few[::-1]}, futures=40)[day][::-1]
    assert np.corrcoef(alone, chance[few])[0, 1] > 0.4


def test_a_world_of_communities_is_taken_in_like_any_other(made: tuple[Path, SyntheticSummary], tmp_path: Path) -> None:
    home, summary = made
    report = take_in(Workspace(tmp_path), home / "extracts", key_seed=1)
    assert {feed.name for feed in report.feeds} == set(HEADERS)
    assert sum(feed.rows_quarantined for feed in report.feeds) < 0.01 * sum(summary.rows.values())


def test_the_same_seed_gives_the_same_communities_and_truth(
    made: tuple[Path, SyntheticSummary], tmp_path: Path
) -> None:
    home, summary = made
    again = make_partners(tmp_path / "e", 5, CHILDREN_AGED_10_17, truth=tmp_path / "t", largest=LARGEST)
    assert again == summary
    for path in sorted((home / "truth").iterdir()):
        assert path.read_bytes() == (tmp_path / "t" / path.name).read_bytes(), path.name
