"""Lists as workers get them: whole, the same every time, in plain words, for one purpose, and for a limited time."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.pseudonyms import show
from features.synthetic.name_pools import TRADITIONS, pool_of
from features.workspace import digest_file, read_json
from risk_model.errors import BadInput, MissingStep
from risk_model.referrals import lists as lists_module
from risk_model.referrals.choosing import ListInputs
from risk_model.referrals.eligibility import EarlierDecision
from risk_model.referrals.lists import is_expired, make_lists
from risk_model.referrals.sheets import safe_cell
from risk_model.referrals.wording import NEVER_SAID, PURPOSE
from tests.risk_model.drawn_lists import (
    AREAS,
    AS_OF,
    GATESHEAD,
    SUNDERLAND,
    ToyStore,
    event,
    inputs,
    lives,
    people,
    plan,
    table_of,
)

COHORT = people(60)
LIVES = lives(COHORT)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> ListInputs:
    return inputs(tmp_path_factory.mktemp("drawn"), COHORT, LIVES)


@pytest.fixture(scope="module")
def folder(given: ListInputs) -> Path:
    return make_lists(given)[0].parent


def rows_of(folder: Path, team: str = "gateshead") -> list[dict[str, str]]:
    with (folder / f"{team}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def listed_in(folder: Path) -> set[int]:
    return set(pq.read_table(folder / "listed.parquet")["person"].to_pylist())


def words_of(page: Path) -> str:
    """The text a reader sees."""
    text = re.sub(r"<style>.*?</style>", " ", page.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_each_team_gets_a_page_and_a_sheet_and_there_is_an_index(folder):
    assert sorted(path.name for path in folder.iterdir()) == [
        "gateshead.csv", "gateshead.html", "index.html", "listed.parquet", "lists.json", "scores.parquet",
        "sunderland.csv", "sunderland.html",
    ]  # fmt: skip
    assert {row["team"] for row in rows_of(folder)} == {"Gateshead youth justice team"}


def test_the_same_inputs_give_the_same_bytes(given, folder, tmp_path):
    mixed = replace(
        given, workspace=replace(given.workspace, root=tmp_path), cohort=COHORT.take(pa.array(range(59, -1, -1)))
    )
    again = make_lists(mixed)[0].parent
    assert {path.name: digest_file(path) for path in folder.iterdir()} == {
        path.name: digest_file(path) for path in again.iterdir()
    }


def test_a_run_that_fails_leaves_the_lists_as_they_were(given, folder, monkeypatch):
    before = {path.name: digest_file(path) for path in folder.iterdir()}
    monkeypatch.setattr(lists_module, "index_page", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make_lists(replace(given, model_version="another"))
    assert {path.name: digest_file(path) for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_the_index_names_every_file_with_its_digest(folder):
    index = read_json(folder / "lists.json")
    assert [one["area"] for one in index["lists"]] == [SUNDERLAND, GATESHEAD]
    for one in index["lists"]:
        for name, sha in one["files"].items():
            assert digest_file(folder / name) == sha


def test_each_list_has_as_many_rows_as_places_and_a_few_at_random(folder):
    for team in ("gateshead", "sunderland"):
        chosen = [row["chosen"] for row in rows_of(folder, team)]
        assert chosen == ["by the model's order"] * 5 + ["at random"] * 2


def test_the_page_and_the_sheet_hold_the_same_people_in_the_same_order(folder):
    page = (folder / "gateshead.html").read_text(encoding="utf-8")
    assert re.findall(r'<article class="card" id="([^"]+)"', page) == [row["person"] for row in rows_of(folder)]


def test_everything_in_the_sheet_is_on_the_page(folder):
    text = words_of(folder / "gateshead.html").replace("&#39;", "'")
    skipped = re.compile(
        r"person|as_of|team|chosen|model_version|purpose|expires_on|eligibility|.*_(date|received_by|when)"
    )
    for row in rows_of(folder):
        for name, value in row.items():
            if value and not skipped.fullmatch(name):
                assert value.removesuffix(" (do not read out)") in text, name


def test_only_listed_peoples_events_are_read(given, folder):
    store = given.warehouse
    assert isinstance(store, ToyStore)
    assert len(set(store.asked)) < COHORT.num_rows
    assert listed_in(folder) <= set(store.asked)


def test_nobody_ineligible_is_listed_and_their_places_are_filled(tmp_path):
    ids = COHORT["person"].to_pylist()
    first = sorted(listed_in(make_lists(inputs(tmp_path / "a", COHORT, LIVES))[0].parent))[:6]
    entries = [event(person, "yj_disposal", "subject", "YC", AS_OF - timedelta(days=40)) for person in first]
    world = table_of([*LIVES.to_pylist(), *entries])
    after = make_lists(inputs(tmp_path / "b", COHORT, world))[0].parent
    assert not listed_in(after) & set(first)
    assert len(listed_in(after)) == 14
    assert listed_in(after) <= set(ids)


def test_people_who_objected_or_declined_never_appear(tmp_path):
    first = sorted(listed_in(make_lists(inputs(tmp_path / "a", COHORT, LIVES))[0].parent))
    decisions = tuple(
        EarlierDecision(person, decided, AS_OF - timedelta(days=9))
        for person, decided in zip(
            first, ["objected", "declined", "already supported", "wrong person"] * 4, strict=False
        )
    )
    after = make_lists(inputs(tmp_path / "b", COHORT, LIVES, decisions=decisions))[0].parent
    assert not listed_in(after) & set(first)
    for person in first:
        assert show(person) not in (after / "gateshead.html").read_text(encoding="utf-8")


def test_no_page_labels_a_child_or_shows_a_score(folder):
    for page in folder.glob("*.html"):
        text = words_of(page)
        assert not NEVER_SAID.search(text), NEVER_SAID.search(text)
        assert not re.search(r"\b(risk|probability|score[ds]?|rank(ed)?|percentile)\b", text, re.IGNORECASE), page
        assert not re.search(r"\d\.\d", text.replace(given_version(), "")), page


def given_version() -> str:
    return "2026-01-01-0a1b2c3d"


ALSO_WORDS = {"Young", "May", "June", "Date", "Read"}
"""Names that are plain words too."""


def test_no_page_or_sheet_holds_a_name_a_birth_date_a_postcode_or_an_identifier(folder):
    words = {
        name
        for tradition in TRADITIONS
        for names in (pool_of(tradition).boys, pool_of(tradition).girls, pool_of(tradition).surnames)
        for name in names
    }
    ids = {str(person) for person in COHORT["person"].to_pylist()}
    for path in (*folder.glob("*.html"), *folder.glob("*.csv"), folder / "lists.json"):
        text = words_of(path)
        assert set(re.findall(r"[A-Z][a-z]+", text)) & words <= ALSO_WORDS
        assert not re.search(r"\b(19|20)0\d-\d\d-\d\d\b|\b\d{2}/\d{2}/\d{4}\b|\bborn\b", text)
        assert not re.search(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.sub(r"NB-[\w-]+", "", text))
        assert "E0100" not in text
        assert not any(number in text for number in ids)


def test_every_page_says_its_purpose_dates_version_and_how_to_challenge(folder):
    for page in folder.glob("*.html"):
        text = words_of(page).replace("&#39;", "'")
        for said in (PURPOSE, "1 January 2026", "1 April 2026", given_version(), "Demonstration", "objects"):
            assert said in text, (page.name, said)


def test_the_purpose_is_a_header_that_print_repeats_on_each_page(folder):
    page = (folder / "gateshead.html").read_text(encoding="utf-8")
    assert re.search(r'<div class="running"[^>]*>\s*<p>.*?' + re.escape(PURPOSE), page, re.S)
    assert ".running { display: table-header-group; break-inside: avoid;" in page


def test_a_page_needs_no_script_and_nothing_from_elsewhere(folder):
    for page in folder.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert not re.search(r"https?://|@import|url\(", text)


class Outline(HTMLParser):
    """Headings in order, unclosed tags, images without words, and the language."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.language = ""
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.language = given.get("lang") or self.language
        self.ids += [given["id"] or ""] if "id" in given else []
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "svg":
            assert given.get("role") == "img"
            assert given.get("aria-label")
        if tag == "th":
            assert given.get("scope")
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag == "circle"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_pages_are_well_formed_with_headings_in_order_a_language_and_words_for_pictures(folder):
    for page in folder.glob("*.html"):
        outline = Outline()
        outline.feed(page.read_text(encoding="utf-8"))
        assert not outline.open
        assert outline.language == "en-GB"
        assert outline.headings[0] == 1
        assert outline.headings.count(1) == 1
        assert all(after <= before + 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
        assert len(outline.ids) == len(set(outline.ids))


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("ink", "paper"),
    [("ink", "#ffffff"), ("quiet", "#ffffff"), ("quiet", "paper"), ("quiet", "wash"), ("quiet", "#fdf7ec"),
     ("deep", "paper"), ("warm", "#ffffff"), ("#ffffff", "deep"), ("#0a3c43", "#c9e0e1"), ("#0a3c43", "wash")],
)  # fmt: skip
def test_text_stands_out_from_what_is_behind_it(ink, paper):
    css = Path("risk_model/referrals/list.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--(\w+): (#\w{6})", css))
    light, dark = sorted((luminance(colours.get(one, one)) for one in (ink, paper)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_what_a_partner_wrote_cannot_become_markup_or_a_formula(tmp_path):
    areas = AREAS.set_column(1, "lsoa_name", pa.array(["=cmd|'/c calc'!A1", "<script>alert(1)</script>", "S1", "S2"]))
    given = inputs(tmp_path, COHORT, LIVES)
    folder = make_lists(replace(given, warehouse=ToyStore(LIVES, areas)))[0].parent
    assert {row["home_area"] for row in rows_of(folder)} == {"'=cmd|'/c calc'!A1", "<script>alert(1)</script>"}
    page = (folder / "gateshead.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "\n=1"])
def test_a_cell_that_a_spreadsheet_would_run_starts_with_an_apostrophe(text):
    assert safe_cell(text).startswith("'")


def test_lists_expire_after_the_day_printed_on_them(folder, tmp_path):
    assert read_json(folder / "lists.json")["expires_on"] == "2026-04-01"
    assert not is_expired(folder, date(2026, 4, 1))
    assert is_expired(folder, date(2026, 4, 2))
    with pytest.raises(MissingStep):
        is_expired(tmp_path, date(2026, 4, 2))


def turned_back(folder: Path, given: ListInputs, tmp_path: Path) -> Path:
    """The same lists as if made a quarter before, with one person gone from them and one in another band."""
    earlier = replace(
        given,
        workspace=replace(given.workspace, root=tmp_path / "earlier"),
        cohort=given.cohort.set_column(1, "as_of", pa.array([date(2025, 10, 1)] * 60, pa.date32())),
        features=replace(
            given.features,  # type: ignore[type-var]
            table=given.features.table.set_column(1, "as_of", pa.array([date(2025, 10, 1)] * 60, pa.date32())),
        ),
        decisions=(EarlierDecision(sorted(listed_in(folder))[0], "objected", date(2025, 9, 1)),),
        model_version="2025-10-01-ffffffff",
    )
    return make_lists(earlier)[0].parent


def test_what_changed_since_the_list_before_is_said(given, folder, tmp_path):
    previous = turned_back(folder, given, tmp_path)
    now = make_lists(replace(given, workspace=replace(given.workspace, root=tmp_path / "now"), previous=previous))[
        0
    ].parent
    told = {row["person"]: row["changed"] for team in ("gateshead", "sunderland") for row in rows_of(now, team)}
    for person in listed_in(now):
        if person in listed_in(previous):
            assert told[show(person)] == "Was on the list of 1 October 2025, same band"
        else:
            assert told[show(person)] == "New on the list; considered on 1 October 2025, same band"
    assert "Since the last list:" in words_of(now / "gateshead.html")


def test_a_moved_band_is_said_and_a_changed_model_with_it(given, folder, tmp_path):
    previous = turned_back(folder, given, tmp_path)
    scores = pq.read_table(previous / "scores.parquet")
    bands = pa.array(["Offer next"] * scores.num_rows)
    pq.write_table(scores.set_column(scores.column_names.index("band"), "band", bands), previous / "scores.parquet")
    now = make_lists(replace(given, workspace=replace(given.workspace, root=tmp_path / "now"), previous=previous))[
        0
    ].parent
    moved = [row["changed"] for row in rows_of(now) if row["band"] == "Offer first"]
    assert moved
    for said in moved:
        assert said.endswith("band moved from “Offer next” to “Offer first”; the model changed in between")


def test_lists_that_are_not_earlier_are_not_compared_with(given, folder):
    with pytest.raises(BadInput, match="not earlier"):
        make_lists(replace(given, previous=folder))


def test_a_folder_without_lists_is_not_compared_with(given, tmp_path):
    with pytest.raises(BadInput, match=r"no lists\.json"):
        make_lists(replace(given, previous=tmp_path))


def test_a_cohort_of_several_dates_is_refused(given):
    days = pa.array([AS_OF] * 59 + [date(2025, 10, 1)], pa.date32())
    with pytest.raises(BadInput, match="2 as-of dates"):
        make_lists(replace(given, cohort=COHORT.set_column(1, "as_of", days)))


def test_a_team_with_nobody_gets_a_page_that_says_so(tmp_path):
    cohort = people(12, area=GATESHEAD)
    folder = make_lists(inputs(tmp_path, cohort, lives(cohort)))[0].parent
    assert "Nobody in this area is on the list this time." in words_of(folder / "sunderland.html")
    assert rows_of(folder, "sunderland") == []


def test_more_or_fewer_reasons_as_the_plan_says(tmp_path):
    base = plan()
    experiment = base.model_copy(update={"lists": base.lists.model_copy(update={"reasons": 3})})
    folder = make_lists(inputs(tmp_path, COHORT, LIVES, experiment=experiment))[0].parent
    assert "reason_3" in rows_of(folder)[0]
    assert "reason_4" not in rows_of(folder)[0]


def test_a_thin_record_is_said_to_be_thin(tmp_path):
    folder = make_lists(inputs(tmp_path, COHORT, table_of([event(1, "asb", "subject", "nuisance", AS_OF)])))[0].parent
    for row in rows_of(folder):
        assert row["fewer_reasons"].startswith("Fewer than three clear reasons")
        assert row["strength_1"]
        assert row["missing"].startswith("No school record is linked")
