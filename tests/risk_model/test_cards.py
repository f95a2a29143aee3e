"""A card says in plain words what a model does, for whom it fails and what is not known; or it is not published."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from risk_model.audits.finding import Verdict
from risk_model.document import plain, render_page, table
from risk_model.experiment import read_experiment
from risk_model.publishing.cards import SECTIONS, Card, CardInputs, feed_rows, render_card, render_with
from risk_model.publishing.cards.completeness import card_faults, text_faults
from risk_model.publishing.cards.confirm import ITEMS, open_items
from risk_model.publishing.cards.pictures import hundred_picture
from risk_model.publishing.signoff import SignOff
from risk_model.referrals.wording import NEVER_SAID
from risk_model.training.intervals import Figure
from risk_model.training.references import Reference
from tests.risk_model.drawn_card import SIGNED_ON, card_inputs, drawn_plots, feeds_table, with_card

BROWARD = Path(__file__).parents[2] / "experiments" / "broward.toml"
MITCHELL = (
    "Model details", "Intended use and prohibited use", "Factors", "Metrics", "Evaluation data", "Training data",
    "Quantitative analyses", "Ethical considerations", "Caveats and recommendations",
)  # fmt: skip
LEFTOVERS = ("TODO", "TBC", "to be confirmed", "{{ owner }}", "XXX", "lorem ipsum", "[insert name]")


def render(inputs: CardInputs) -> Card:
    """The card with the pictures of the complete one, which tests of words need not draw again."""
    return render_with(inputs, drawn_plots())


def faults_of(inputs: CardInputs) -> list[str]:
    return card_faults(inputs, drawn_plots())


@pytest.fixture(scope="module")
def markdown() -> str:
    return render(card_inputs()).markdown


def test_the_sections_are_those_of_mitchell_and_others_and_all_there(markdown: str) -> None:
    assert tuple(section.title for section in SECTIONS[:9]) == MITCHELL
    assert re.findall(r"^## (.*)$", markdown, re.MULTILINE) == [section.title for section in SECTIONS]


def test_recall_is_said_as_people_and_with_its_interval(markdown: str) -> None:
    said = r"Of every 100 young people who had a first youth caution or court sentence within 12 months, the lists "
    assert re.search(
        said + r"would have named about \d+ \(\d+ to \d+\)\. The others would have been missed\.", markdown
    )


def test_the_box_says_what_for_whom_by_whom_and_how(markdown: str) -> None:
    box = "\n".join(line for line in markdown.splitlines() if line.startswith(">"))
    for head in ("What it does", "How well", "For whom it fails", "Who signed", "How to make it again"):
        assert f"> ### {head}" in box
    assert "voluntary support" in box
    assert "no person has approved this model" in box
    assert "`risk-model run --workspace w`" in box


def test_prohibited_uses_are_listed(markdown: str) -> None:
    for use in ("stop and search", "bail", "charging", "housing", "sanction"):
        assert use in markdown.split("### Prohibited")[1].split("## Factors")[0]


def test_no_word_in_a_card_labels_a_child(markdown: str) -> None:
    assert NEVER_SAID.findall(markdown) == []


def test_small_counts_are_hidden_and_the_others_rounded(markdown: str) -> None:
    attrition = markdown.split("### Who fell out on the way")[1].split("## ")[0]
    assert "| fewer than 5 | 12,720 |" in attrition
    assert "12,721" not in attrition
    assert "12,724" not in markdown


def test_no_percentage_is_finer_than_a_whole_one(markdown: str) -> None:
    without_code = re.sub(r"`[^`]*`", "", re.sub(r"!\[.*?\]\(.*?\)", "", markdown, flags=re.DOTALL))
    assert re.findall(r"\d+\.\d+ ?%", without_code) == []


def test_a_complete_demonstration_card_has_no_faults_and_marks_what_is_open(markdown: str) -> None:
    assert faults_of(card_inputs()) == []
    assert set(open_items(markdown)) == set(ITEMS)


def test_the_same_inputs_give_the_same_card() -> None:
    assert render_card(card_inputs()) == render(card_inputs())


@pytest.mark.parametrize("left", LEFTOVERS)
def test_a_leftover_placeholder_is_found_with_its_line(markdown: str, left: str) -> None:
    experiment = card_inputs().experiment
    line = next(number for number, text in enumerate(markdown.splitlines(), 1) if experiment.card.contact in text)
    faults = text_faults(markdown.replace(experiment.card.contact, f"Write to {left}"), experiment)
    assert faults
    assert all(fault.startswith(f"line {line} holds the placeholder") for fault in faults)


def test_a_placeholder_in_the_plan_reaches_the_card_and_is_found() -> None:
    inputs = card_inputs()
    faults = faults_of(replace(inputs, experiment=with_card(inputs.experiment, contact="{{ owner }} [insert name]")))
    assert sorted(fault.split()[-1] for fault in faults) == ["'[insert'", "'{{'", "'}}'"]


def test_an_open_item_in_other_words_is_a_placeholder(markdown: str) -> None:
    changed = markdown.replace("that every agreement named here is live", "that this agreement is live")
    assert any("placeholder" in fault for fault in text_faults(changed, card_inputs().experiment))


def test_words_that_only_look_like_placeholders_are_left_alone(markdown: str) -> None:
    experiment = card_inputs().experiment
    fine = markdown.replace(experiment.card.contact, "The stodgy TBCs of Todmorden, 2012; a mastodon")
    assert text_faults(fine, experiment) == []


@pytest.mark.parametrize("need", [need for section in SECTIONS for need in section.needs])
def test_a_section_without_its_facts_is_incomplete(need: str) -> None:
    nothing = card_inputs(**{need: type(getattr(card_inputs(), need))()})
    assert any(f"needs {need}, which is empty" in fault for fault in faults_of(nothing))


def test_a_section_that_says_nothing_is_incomplete(markdown: str) -> None:
    start, end = markdown.index("## Factors"), markdown.index("## Metrics")
    hollow = markdown[:start] + "## Factors\n\nNone.\n\n" + markdown[end:]
    faults = text_faults(hollow, card_inputs().experiment)
    assert faults == ["section 'Factors': is missing or nearly empty"]


def test_live_use_needs_the_organisations_word_on_every_item() -> None:
    inputs = card_inputs()
    live = with_card(inputs.experiment, use="live", dpia_reference="DPIA-7", equality_impact_reference="EIA-9")
    faults = faults_of(replace(inputs, experiment=live))
    assert len(faults) == len(ITEMS) - 2
    words = dict.fromkeys(ITEMS, "Agreed by the Board on 3 March 2026.")
    confirmed = replace(inputs, experiment=live, confirmed=words)
    assert faults_of(confirmed) == []
    assert "DPIA-7" in render(confirmed).markdown


def test_a_confirmation_of_nothing_is_a_fault() -> None:
    assert faults_of(card_inputs(confirmed={"weather": "fine"})) == ["confirmed: there is no item 'weather'"]


class Page(HTMLParser):
    """Collects what a page has in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_stands_alone_and_every_picture_is_said_in_words() -> None:
    page = Page(render(card_inputs()).html)
    pictures = [attrs for tag, attrs in page.tags if tag == "img"]
    assert len(pictures) >= 6
    assert all(str(each["src"]).startswith("data:image/png;base64,") for each in pictures)
    assert all(len(str(each["alt"])) > 40 for each in pictures)
    assert not [tag for tag, _ in page.tags if tag in ("script", "link", "iframe")]
    assert all(str(attrs.get("href", "#")).startswith("#") for tag, attrs in page.tags if tag == "a")


def test_what_others_wrote_is_shown_and_never_run() -> None:
    inputs = card_inputs()
    nasty = '<script>alert("x")</script> [link](javascript:alert) ![i](https://example.org/p.png) | cell'
    page = render(replace(inputs, experiment=with_card(inputs.experiment, contact=nasty))).html
    assert "<script" not in page
    assert "javascript:" not in re.sub(r">[^<]*<", "><", page)
    assert "https://example.org" not in re.sub(r">[^<]*<", "><", page)


def test_text_keeps_its_place_in_a_table() -> None:
    html = render_page("t", table(["a", "b"], [[plain("x | y"), plain("*z* _q_ <b> # 1")]]))
    assert '<td style="text-align:left">x | y</td><td style="text-align:right">*z* _q_ &lt;b&gt; # 1</td>' in re.sub(
        r"\n\s*", "", html
    )


def test_a_picture_of_too_few_people_is_not_drawn() -> None:
    inputs = card_inputs()
    few = [
        replace(each, counts=replace(each.counts, found=2.0)) if each.estimator == "logistic" else each
        for each in inputs.training.evaluations
    ]
    hidden = replace(inputs, training=replace(inputs.training, evaluations=tuple(few)))
    assert hundred_picture(hidden) is None
    assert "Too few young people had" in render(hidden).markdown


def test_the_check_on_real_data_is_never_for_use_and_stands_beside_published_figures() -> None:
    inputs = card_inputs()
    broward = read_experiment(BROWARD)
    here = inputs.experiment.model_copy(update={
        "source": "broward", "card": broward.card, "cohort": broward.cohort, "outcome": broward.outcome,
        "splits": broward.splits,
    })  # fmt: skip
    card = render_card(replace(inputs, experiment=here)).markdown
    assert "never used for any person" in card
    assert "### Beside published figures" in card
    assert re.search(r"\| COMPAS decile, two-year return \| AUC \| 0\.70 \| 0\.\d\d \(0\.\d\d to 0\.\d\d\) \|", card)
    assert "| not measured |" in card
    assert "young people" not in card.split("## Model details")[0]
    assert broward.splits.label_gap_reason in card
    assert faults_of(replace(inputs, experiment=here)) == []


def test_a_failing_audit_is_the_first_thing_a_card_says_about_groups() -> None:
    inputs = card_inputs()
    groups = inputs.audit.finding("groups").model_copy(update={"verdict": Verdict.FAILS})
    others = tuple(f for f in inputs.audit.findings if f.audit != "groups")
    failing = replace(inputs, audit=inputs.audit.model_copy(update={"findings": (groups, *others)}))
    card = render(failing)
    assert "> - Audit: **fails**." in card.markdown
    assert '<strong class="verdict fails">fails</strong>' in card.html


def test_who_signed_and_what_they_accepted_is_printed() -> None:
    signed = SignOff(name="A. N. Other", role="Chair", statement="I have read it.", signed_on=SIGNED_ON)
    card = render(card_inputs(sign_offs=(*card_inputs().sign_offs, signed))).markdown
    assert "**A. N. Other**, Chair, 2026-01-02: I have read it." in card
    assert "Accepts that the audit *groups* fails: Accepted to show" in card


def test_scores_of_others_measured_on_our_rows_stand_beside_published_ones() -> None:
    inputs = card_inputs()
    experiment = with_card(inputs.experiment, published_references=({"name": "Theirs", "metric": "auc", "value": 0.7},))
    measured = Reference("their score", Figure("auc", 0.667, 0.642, 0.691), 2000)
    card = render(replace(inputs, experiment=experiment, references=(measured,))).markdown
    assert "- On the very rows tested here: their score has AUC 0.67 (0.64 to 0.69)." in card


def test_feeds_come_with_their_agreement_where_there_is_one() -> None:
    police, other = feed_rows(feeds_table())
    assert (police.agreement, other.agreement) == ("VRU-ISA-POLICE", "")
