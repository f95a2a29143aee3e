"""The data dictionary says what the catalogue says, and opens anywhere."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from features.catalogue import CATALOGUE, CATALOGUES, chosen
from features.definition import Feature, Phrase, Strength, Summary, Where
from features.dictionary import as_records, render_html, render_markdown
from features.windows import LookBack

RECORDS = {record["name"]: record for record in as_records(CATALOGUE)}


class Page(HTMLParser):
    """Ids, links and anything a page would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "href" and tag == "a":
                self.links.append(value or "")
            elif name in ("src", "href"):
                self.fetched.append(value or "")


def test_every_feature_has_one_record_in_catalogue_order_that_json_can_hold() -> None:
    records = as_records(CATALOGUE)
    assert [record["name"] for record in records] == [feature.name for feature in CATALOGUE]
    assert json.loads(json.dumps(records, allow_nan=False)) == records


def test_every_record_is_complete() -> None:
    said = ("question", "how", "window", "missing", "family", "direction", "examples")
    assert [record["name"] for record in RECORDS.values() if not all(record[field] for field in said)] == []
    assert [record["name"] for record in RECORDS.values() if not record["partners"]] == ["age_years"]


def test_a_count_says_its_window_with_both_ends_its_partner_and_three_examples() -> None:
    record = RECORDS["suspect_records_last_365_days"]
    assert record["window"] == "the 365 days before the date; the first of them is included, the date itself is not"
    assert record["partners"] == ["Northumbria Police"]
    assert [(example["value"], example["sentence"]) for example in record["examples"]] == [
        (0, "Not recorded as a suspect in the past year"),
        (1, "Recorded as a suspect once in the past year"),
        (3, "Recorded as a suspect 3 times in the past year"),
    ]


def test_a_missing_rule_is_said_where_there_is_one() -> None:
    assert RECORDS["suspect_records_ever"]["missing"] == "0 where there is no such record"
    attendance = RECORDS["absence_latest_term_last_365_days"]
    assert attendance["missing"] == "left missing where there is no such record; never taken for 0"
    assert attendance["examples"][-1] == {"value": None, "sentence": "No attendance known in the past year"}


def test_a_derived_feature_says_what_it_is_made_from_and_every_partner_behind_it() -> None:
    record = RECORDS["suspect_records_last_182_days_per_diversion"]
    assert record["how"] == "`suspect_records_last_182_days` divided by `diversion_ever`"
    assert record["partners"] == ["Northumbria Police", "Youth justice service"]


def test_the_agreement_behind_each_feature_and_whether_police_choose_what_it_counts_are_said() -> None:
    assert RECORDS["suspect_records_last_182_days_per_diversion"]["agreements"] == ["VRU-ISA-POLICE", "VRU-ISA-YJS"]
    assert RECORDS["age_years"]["agreements"] == []
    page, depend = render_markdown(CATALOGUE), sum(record["discretion"] for record in RECORDS.values())
    assert page.count("- **Agreement:** ") == page.count("- **Police discretion:** ") == len(CATALOGUE)
    assert page.count("- **Police discretion:** depends") == depend > 0


def test_discretion_danger_and_strengths_are_said() -> None:
    assert RECORDS["searches_change_last_182_days"]["discretion"]
    assert not RECORDS["suspect_records_ever"]["discretion"]
    assert RECORDS["home_abuse_ever"]["sensitive"]
    assert RECORDS["absence_latest_term_last_365_days"]["strength"].endswith("(said when the value is at most 5%)")


def test_the_page_fetches_nothing_and_its_links_and_ids_hold() -> None:
    page = Page(render_html(CATALOGUE))
    assert page.fetched == []
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert {feature.name for feature in CATALOGUE} <= set(page.ids)


def test_the_page_escapes_what_it_shows() -> None:
    sly = Feature(
        "sly", "Is <script>alert(1)</script> shown?", theme="school", phrase=Phrase("a & b", none="<b>no</b>"),
        events=Where("exclusion"), window=LookBack(30), summary=Summary.COUNT, strength=Strength("<i>", at_most=0),
    )  # fmt: skip
    page = render_html([sly])
    assert "<script>alert" not in page
    assert "<b>no</b>" not in page
    assert "&lt;i&gt;" in page


@pytest.mark.parametrize("name", CATALOGUES)
def test_both_forms_hold_every_feature_once_and_come_out_the_same_each_time(name: str) -> None:
    features = chosen(name, discretion=True)
    markdown, page = render_markdown(features), render_html(features)
    assert all(markdown.count(f"### `{feature.name}`\n") == 1 for feature in features)
    assert page.count("<article ") == len(features)
    assert (markdown, page) == (render_markdown(features), render_html(features))
