"""A synthetic world knows what no extract says: who is who, what was done and not found, and what is likely to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from features.errors import BadConfiguration, MissingStep
from features.synthetic import make_partners
from features.synthetic.clock import MONTH_STARTS
from features.synthetic.decisions import CHARGE, Suspicions, decided_by, disposed_later
from features.synthetic.detection import FOUND_MORE
from features.synthetic.living import Lived
from features.synthetic.oracle import _open_cases, entry_chances
from features.synthetic.truth import BEHAVIOUR, CHILDREN, LINKS, Setting, read_setting
from features.windows import days_since_epoch
from tests.lived import lived_in_one_piece

SETTING = Setting(7, 6_000, 1.0, "")
DAY = date(2024, 4, 1)


@pytest.fixture(scope="module")
def lived() -> Lived:
    return lived_in_one_piece(SETTING)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("told")
    make_partners(home / "extracts", 7, children=700, truth=home / "truth")
    return home


def test_every_record_of_an_extract_is_linked_to_one_child(told: Path) -> None:
    links = pq.read_table(told / "truth" / LINKS).to_pandas()
    assert not links.duplicated(["source_table", "record"]).any()
    for table, column in (("police_nominal", "nominal_id"), ("school_pupil", "upn"), ("yj_case", "yj_person_id"),
                          ("cin", "child_id"), ("cla", "child_id"), ("court", "defendant_id"),
                          ("probation", "child_ref"), ("fire", "referral_id"), ("housing", "member_ref")):  # fmt: skip
        named = "cin" if table == "cla" else table
        sent = {value for value in pa_csv.read_csv(told / "extracts" / f"{table}.csv")[column].to_pylist() if value}
        linked = set(links.loc[links["source_table"] == named, "record"])
        assert len(sent - linked) <= 0.02 * len(sent), table  # some rows break their contract on purpose


def test_linked_records_speak_of_a_child_of_that_sex(told: Path) -> None:
    children = pq.read_table(told / "truth" / CHILDREN).to_pandas().set_index("child")
    links = pq.read_table(told / "truth" / LINKS).to_pandas()
    pupils = pa_csv.read_csv(told / "extracts" / "school_pupil.csv").to_pandas().drop_duplicates("upn", keep="last")
    both = links[links["source_table"] == "school_pupil"].merge(pupils, left_on="record", right_on="upn")
    agree = both["sex"] == np.where(children["male"].loc[both["child"]], "M", "F")
    assert agree.mean() > 0.98


def test_the_truth_says_what_the_world_was_made_from(told: Path) -> None:
    assert read_setting(told / "truth") == Setting(7, 700, 1.0, "")
    with pytest.raises(MissingStep, match="only a synthetic world"):
        read_setting(told / "extracts")


def test_more_is_done_than_is_ever_known(told: Path) -> None:
    done = pq.read_table(told / "truth" / BEHAVIOUR).to_pandas()
    known = done["named"] | done["found_by_police"]
    assert 0.2 < known.mean() < 0.8


@pytest.mark.parametrize("bias", [0.0, 1.0, 2.0])
def test_what_police_find_differs_between_groups_as_set_and_what_is_done_does_not(bias: float) -> None:
    """Chances rather than draws: the share of each child's offences that would be found, all else equal."""
    world = lived_in_one_piece(replace(SETTING, children=1_500, detection_bias=bias), months=1)
    letter = world.children.letter()
    for group, first in (("black", "B"), ("asian", "A"), ("mixed", "M")):
        mine, white = np.flatnonzero(letter == first), np.flatnonzero(letter == "W")
        heat = world.hotspot[world.children.families.home[world.children.family, 0]]
        bare = world.detection.found - np.float32(0.20 * bias) * heat
        assert np.allclose(bare[mine], bias * FOUND_MORE[group], atol=1e-5)
        assert np.allclose(bare[white], 0, atol=1e-5)
    same = lived_in_one_piece(replace(SETTING, children=1_500, detection_bias=0.0), months=1)
    assert (world.base["offence"] == same.base["offence"]).all()


def test_without_bias_searches_and_decisions_are_blind_to_ethnicity() -> None:
    world = lived_in_one_piece(replace(SETTING, children=1_500, detection_bias=0.0), months=1)
    assert not world.detection.harsher.any()
    assert not world.detection.found.any()


def test_known_behaviour_is_as_unequal_as_the_bias_makes_it() -> None:
    """Of what was done, the share police found: black and mixed against white children, drawn with the same luck."""
    shares = {}
    for bias in (0.0, 1.0, 2.0):
        world = lived_in_one_piece(replace(SETTING, children=20_000, detection_bias=bias), months=30)
        child = np.concatenate([part.child for part in world.course.offences])
        found = np.concatenate([part.found for part in world.course.offences])
        letter = world.children.letter()[child]
        visible = np.isin(letter, ("B", "M"))
        shares[bias] = found[visible].mean() / found[letter == "W"].mean()
    assert 0.6 < shares[0.0] < 1.6
    assert shares[1.0] > 1.3 * shares[0.0]
    assert shares[2.0] > 1.3 * shares[1.0]


def entered_on(lived: Lived) -> np.ndarray:
    found = Suspicions.joined(lived.course.suspicions)
    entering = found.rows(np.flatnonzero(found.enters))
    days = np.full(len(lived.children), 10**9)
    np.minimum.at(days, entering.child, entering.disposal_day)
    return days


def test_what_the_oracle_says_comes_true_as_often_as_it_says(lived: Lived) -> None:
    start = days_since_epoch(DAY)
    age, entered = (start - lived.children.born) / 365.25, entered_on(lived)
    who = np.flatnonzero((age >= 10) & (age < 18) & (entered >= start))
    chance = entry_chances(SETTING, {DAY: who}, futures=20)[DAY]
    happened = ((entered >= start) & (entered < start + 365))[who]
    expected, spread = chance.sum(), np.sqrt((chance * (1 - chance)).sum())
    assert abs(happened.sum() - expected) < 4 * spread
    top = np.argsort(-chance)[: len(chance) // 50]
    assert happened[top].mean() > 5 * happened.mean()
    assert abs(happened[top].sum() - chance[top].sum()) < 4 * np.sqrt((chance[top] * (1 - chance[top])).sum())


@pytest.mark.parametrize(
    ("waited", "until"), [(1, 30), (1, 500), (20, 365), (45, 60), (59, 365), (150, 300), (300, 400)]
)
def test_a_case_that_waits_ends_as_often_as_is_said_of_it(waited: int, until: int) -> None:
    """Counted among a million cases that are drawn one by one, as ``decide`` draws them."""
    rng, count = np.random.default_rng(waited * until), 1_000_000
    court = 7 + np.minimum(rng.lognormal(2.9, 0.6, count), 200).astype(np.int64)
    disposed = np.where(rng.random(count) < 0.8, court, 10**6)
    waiting = disposed >= waited
    said = disposed_later(np.array([waited]), np.array([until]))[0]
    assert said == pytest.approx((disposed[waiting] < until).mean(), abs=0.004)
    decided = 1 + np.minimum(rng.lognormal(3.55, 0.8, count), 420).astype(np.int64)
    said = decided_by(np.array([waited]), np.array([until]))[0]
    assert said == pytest.approx((decided[decided >= waited] < until).mean(), abs=0.02)


def test_what_is_said_of_open_cases_comes_true_as_often_as_it_is_said() -> None:
    """Charges that have waited long, and children who are nearly adults, among them."""
    world = lived_in_one_piece(replace(SETTING, children=40_000))
    entered, adult_on = entered_on(world), world.children.adult_on
    said, seen = [], []
    for month in range(24, 108, 6):
        then, start = Suspicions.joined(world.course.suspicions[:month]), int(MONTH_STARTS[month])
        waiting = (then.outcome == CHARGE) & (then.outcome_day < start) & (then.outcome_day > start - 120)
        who = np.unique(then.child[waiting & ((then.disposal < 0) | (then.disposal_day >= start))])
        who = who[(entered[who] >= start) & (adult_on[who] > start)]
        said.append(1 - _open_cases(then, start, who, adult_on))
        ends = then.enters & (then.disposal_day >= start) & (then.disposal_day < start + 365)
        seen.append(np.isin(who, then.child[ends]))
    chance, happened = np.concatenate(said), np.concatenate(seen)
    assert len(chance) > 60
    assert abs(happened.sum() - chance.sum()) < 3 * np.sqrt((chance * (1 - chance)).sum())


def test_chances_come_back_in_the_order_asked_and_the_same_again() -> None:
    small = replace(SETTING, children=800)
    who = np.array([900, 14, 333, 700])
    one = entry_chances(small, {DAY: who}, futures=4)[DAY]
    again = entry_chances(small, {DAY: who}, futures=4)[DAY]
    assert (one == again).all()
    backwards = entry_chances(small, {DAY: who[::-1]}, futures=4)[DAY]
    assert (one == backwards[::-1]).all()
    assert ((one >= 0) & (one <= 1)).all()


def test_the_oracle_speaks_on_the_first_of_a_month_only() -> None:
    with pytest.raises(BadConfiguration, match="first of a month from 2016-01-01"):
        entry_chances(SETTING, {date(2024, 4, 2): np.array([1])})


def test_living_to_a_month_is_living_the_same_life_cut_short(lived: Lived) -> None:
    short = lived_in_one_piece(SETTING, months=12)
    for part, whole in zip(short.course.suspicions, lived.course.suspicions[:12], strict=True):
        assert (part.child == whole.child).all()
        assert (part.day == whole.day).all()
    assert max(part.day.max(initial=0) for part in short.course.suspicions) < MONTH_STARTS[12]
