"""What the wider partners' synthetic extracts say: at plausible rates, and of the children whose lives they follow."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.synthetic import make_partners
from features.synthetic.areas import made_up_areas
from features.synthetic.broken_rows import BROKEN
from features.synthetic.defects import Defects
from features.synthetic.hospitals import istv_columns
from features.synthetic.needs import base_log_rates, hotspots, traits_of
from features.synthetic.population import make_children
from features.synthetic.writing import HEADERS

CHILDREN, YEARS = 6_000, 10


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("others") / "extracts"
    make_partners(folder, 11, children=CHILDREN, defects=Defects(broken_rows=0, sent_twice=0))
    return {name: pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False) for name in HEADERS}


def test_every_extract_but_the_areas_has_rows_that_can_break() -> None:
    assert set(BROKEN) == set(HEADERS) - {"area"}


def test_rates_a_year_are_plausible(files: dict[str, pd.DataFrame]) -> None:
    for name, least, most in (
        ("ppn", 0.015, 0.045), ("encompass", 0.02, 0.06), ("court", 0.002, 0.014), ("fire", 0.001, 0.006),
        ("istv", 0.012, 0.024),
    ):  # fmt: skip
        assert least < len(files[name]) / YEARS / CHILDREN < most, name


def test_about_a_sixth_of_pupils_have_special_needs_on_record_and_plans_follow_requests(
    files: dict[str, pd.DataFrame],
) -> None:
    pupils, send = files["school_pupil"]["upn"].nunique(), files["send"]
    assert 0.12 < send["upn"].nunique() / pupils < 0.25
    plans = send[send["provision"] == "E"]
    waited = (pd.to_datetime(plans["ehcp_issued_dt"]) - pd.to_datetime(plans["ehcp_requested_dt"])).dt.days
    assert waited.between(100, 300).all(), "20 weeks by law, more in life"


def test_a_sentence_in_court_is_a_case_of_the_youth_justice_team(files: dict[str, pd.DataFrame]) -> None:
    sentenced = files["court"].query("disposal in ['fine', 'referral_order', 'YRO', 'DTO', 'absolute_discharge']")
    cases = set(files["yj_case"]["disposal_dt"] + files["yj_case"]["disposal"])
    told = (sentenced["hearing_dt"] + sentenced["disposal"]).isin(cases)
    assert told.mean() > 0.9, "but for cases one of the two recorded after the cut"
    assert set(files["court"].query("disposal in ['acquitted', 'dismissed', 'withdrawn']")["plea"]) == {"not_guilty"}


def test_children_of_convicted_parents_and_those_who_set_fires_are_suspected_twice_as_often_as_others() -> None:
    rng = np.random.default_rng(3)
    areas = made_up_areas(rng)
    children = make_children(rng, areas, 20_000)
    rate = np.exp(base_log_rates(traits_of(children, areas, hotspots(rng, areas)))["offence"])
    for given in (children.families.convicted[children.family], children.sets_fires):
        assert 0.005 < given.mean() < 0.10
        assert 1.6 < rate[given].mean() / rate[~given].mean() < 3.2


def test_social_tenants_are_about_a_fifth_and_arrears_end_with_the_tenancy(files: dict[str, pd.DataFrame]) -> None:
    housing = files["housing"]
    births = files["school_pupil"]["upn"].nunique()
    assert 0.12 < housing["member_ref"].nunique() / births < 0.32
    owed = housing[housing["arrears_dt"] != ""]
    assert 0.1 < len(owed) / len(housing) < 0.5
    both = owed[(owed["end_dt"] != "") & (owed["arrears_cleared_dt"] != "")]
    assert (both["arrears_cleared_dt"] <= both["end_dt"]).all()


def test_injuries_seen_in_hospital_gather_where_harm_gathers() -> None:
    rng = np.random.default_rng(5)
    areas = made_up_areas(rng)
    heat = hotspots(rng, areas)
    columns = istv_columns(rng, areas, heat, 1.0)
    count = pd.Series(columns["lsoa"].to_pylist()).value_counts().reindex(areas.codes.to_pylist(), fill_value=0)
    hot = heat > np.quantile(heat, 0.9)
    rate = count.to_numpy() / np.maximum(areas.population, 1)
    assert rate[hot].mean() > 2 * rate[~hot].mean()
