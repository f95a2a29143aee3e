"""The command line: what a user can put right is one clear message and an exit code; nothing is left half-written."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from features.feeds import FEEDS
from features.workspace import digest_file
from risk_model import cli
from tests.conftest import CHILDREN

FIRST_TIME_ENTRY = Path(__file__).parents[2] / "experiments" / "first_time_entry.toml"
BROWARD = FIRST_TIME_ENTRY.with_name("broward.toml")


class Said:
    """How a command ended and what it printed."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Run = Callable[..., Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """``risk-model`` with these arguments, in this process."""

    def command(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["risk-model", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0 if code is None else 1, said.out, said.err)

    return command


@pytest.fixture
def loaded(small_run: Path, tmp_path: Path) -> Path:
    """A workspace in which extracts were taken in, and nothing else was done."""
    for part in ("extracts", "keys", "northumbria"):
        shutil.copytree(small_run / part, tmp_path / "loaded" / part, ignore=shutil.ignore_patterns("features"))
    return tmp_path / "loaded"


def page_with(folder: Path, was: str, now: str) -> Path:
    """The first-time-entry experiment with one piece of text replaced."""
    text = FIRST_TIME_ENTRY.read_text(encoding="utf-8")
    assert text.count(was) == 1
    path = folder / "changed.toml"
    path.write_text(text.replace(was, now), encoding="utf-8")
    return path


def files_in(folder: Path) -> dict[str, str]:
    """Every file under a folder, with its digest."""
    return {path.relative_to(folder).as_posix(): digest_file(path) for path in folder.rglob("*") if path.is_file()}


def assert_refused(said: Said, exit_code: int, *words: str) -> None:
    """One message that names these words, on the error stream, with the exit code; nothing else."""
    assert said.code == exit_code
    assert said.err.startswith("risk-model: ")
    assert said.err.count("risk-model: ") == 1
    assert "Traceback" not in said.err
    assert not said.out
    for each in words:
        assert each in said.err


def test_an_experiment_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    assert_refused(run("run", "experiments/none.toml", "-w", tmp_path / "w"), 4, "experiments/none.toml")
    assert not (tmp_path / "w").exists()


def test_unknown_keys_and_wrong_values_of_an_experiment_are_named_all_together(run: Run, tmp_path: Path) -> None:
    page = page_with(tmp_path, "horizon_days = 365\nmaturity_days = 60  ", "horizon_dys = 365\nmaturity_days = 60  ")
    said = run("run", page, "-w", tmp_path / "w")
    assert_refused(said, 4, "outcome.horizon_dys: unknown key", "outcome.horizon_days: Field required", "2 fault(s)")
    assert not (tmp_path / "w").exists()


def test_an_unknown_theme_of_features_is_named_with_those_there_are(run: Run, loaded: Path, tmp_path: Path) -> None:
    page, before = page_with(tmp_path, "discretion = false", 'themes = ["scool"]'), files_in(loaded)
    assert_refused(run("features", page, "-w", loaded), 4, "scool", "school")
    assert files_in(loaded) == before


def test_an_extract_without_a_column_is_refused_by_its_name(run: Run, small_run: Path, tmp_path: Path) -> None:
    delivery = shutil.copytree(small_run / "extracts", tmp_path / "delivery")
    custody = delivery / "custody.csv"
    custody.write_text(custody.read_text(encoding="utf-8").replace("release_dt", "released", 1), encoding="utf-8")
    said = run("intake", "-w", tmp_path / "w", "--data", delivery)
    assert_refused(said, 7, 'custody.csv, column "released"', 'custody.csv: no column "release_dt"')
    custody.unlink()
    said = run("intake", "-w", tmp_path / "w", "--data", delivery)
    assert_refused(said, 3, "custody.csv: the file is not in the delivery")
    assert not files_in(tmp_path / "w")


def test_a_cohort_of_nobody_is_refused_with_the_step_that_removed_the_last(
    run: Run, loaded: Path, tmp_path: Path
) -> None:
    page, before = page_with(tmp_path, "entry_days = 365", "entry_days = 1"), files_in(loaded)
    text = page.read_text(encoding="utf-8").replace('{ kind = "custody" },', "").replace('{ kind = "missing" },', "")
    page.write_text(text, encoding="utf-8")
    assert_refused(run("train", page, "-w", loaded), 5, "empty cohort", "no recent contact")
    assert files_in(loaded) == before


@pytest.mark.parametrize("written", ["2026-13-01", "tomorrow", "01/02/2026"])
@pytest.mark.parametrize("command", ["score", "refer"])
def test_a_date_that_is_none_is_refused(run: Run, tmp_path: Path, command: str, written: str) -> None:
    assert_refused(run(command, "-w", tmp_path / "w", "--as-of", written), 3, written, "YYYY-MM-DD")
    assert not (tmp_path / "w").exists()


def test_data_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    for command in ("intake", "features", "train", "run"):
        said = run(command, "-w", tmp_path / "w", "--data", tmp_path / "nowhere")
        assert_refused(said, 3, f"no data at {tmp_path / 'nowhere'}", "--data")
    assert_refused(run("run", BROWARD, "-w", tmp_path / "w"), 6, "--data", "broward_screenings.csv")
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize("command", ["intake", "features", "train", "compare", "audit", "card", "publish", "score"])
def test_a_step_before_the_one_it_needs_says_which_comes_first(run: Run, tmp_path: Path, command: str) -> None:
    said = run(command, "-w", tmp_path / "w")
    assert_refused(said, 6)
    assert any(
        hint in said.err for hint in ("risk-model simulate", "risk-model publish", "load the partners' extracts")
    )
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize(
    ("command", "first"),
    [("compare", "risk-model train"), ("audit", "risk-model train"), ("publish", "risk-model train"),
     ("score", "risk-model publish"), ("refer", "risk-model publish")],
)  # fmt: skip
def test_loading_alone_is_not_enough_to_audit_publish_or_score(
    run: Run, loaded: Path, command: str, first: str
) -> None:
    before = files_in(loaded)
    assert_refused(run(command, "-w", loaded), 6, first)
    assert files_in(loaded) == before


def test_a_sign_off_by_half_is_refused(run: Run, small_run: Path, tmp_path: Path) -> None:
    workspace = shutil.copytree(small_run, tmp_path / "w")
    before = files_in(workspace)
    assert_refused(run("publish", "-w", workspace, "--signed-by", "A. Person"), 7, "--role", "--signed-on")
    assert files_in(workspace) == before


def test_decisions_that_cannot_be_read_are_refused_by_row(run: Run, small_run: Path, tmp_path: Path) -> None:
    decisions, before = tmp_path / "decisions.csv", files_in(small_run)
    decisions.write_text("person,decided,decided_on\nNB-1,declined,2026-01-02\n", encoding="utf-8")
    assert_refused(run("refer", "-w", small_run, "--decisions", decisions), 3, "decisions.csv", "row 2")
    assert files_in(small_run) == before


def test_a_fault_of_typing_is_told_with_the_usage_and_not_as_a_traceback(run: Run) -> None:
    for arguments in (("rnu",), ("run", "--nothing"), ("run", "--children", "3")):
        said = run(*arguments)
        assert said.code == 2
        assert "Traceback" not in said.err
        assert said.err.startswith("Usage: ")


def test_a_run_that_is_stopped_says_how_to_go_on(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("risk_model.pipeline.simulate", stopped)
    assert_refused(run("simulate", "-w", tmp_path / "w"), 130, "run the same command again")


def test_on_a_terminal_progress_is_told_and_quiet_tells_none(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.sys.stderr.__class__, "isatty", lambda stream: True)
    aloud = run("simulate", "-w", tmp_path / "w", "--children", 500)
    quiet = run("simulate", "-w", tmp_path / "w", "--children", 500, "--quiet")
    assert aloud.err
    assert not quiet.err
    assert aloud.out == quiet.out
    assert (aloud.code, quiet.code) == (0, 0)


def test_off_a_terminal_a_command_prints_its_result_only_and_writes_its_figures(run: Run, tmp_path: Path) -> None:
    said = run("simulate", "-w", tmp_path / "w", "--children", 500, "--json", tmp_path / "deep" / "figures.json")
    assert (said.code, said.err) == (0, "")
    figures = json.loads((tmp_path / "deep" / "figures.json").read_text(encoding="utf-8"))
    assert figures["children"] == 500
    assert set(figures["rows"]) == {feed.name for feed in FEEDS if not feed.optional}


def test_extracts_sent_and_loaded_again_change_not_one_byte(run: Run, loaded: Path) -> None:
    before = files_in(loaded)
    assert run("simulate", "-w", loaded, "--children", CHILDREN).code == 0
    said = run("intake", "-w", loaded)
    assert said.out.startswith("Already loaded: the same extracts.")
    assert {name: digest for name, digest in files_in(loaded).items() if not name.startswith("truth/")} == before


def test_records_of_real_people_are_not_loaded_with_a_key_anybody_can_make(
    run: Run, loaded: Path, tmp_path: Path
) -> None:
    before = files_in(loaded)
    delivery = shutil.copytree(loaded / "extracts", tmp_path / "delivery", ignore=shutil.ignore_patterns("*.json"))
    (delivery / "area.csv").write_text((delivery / "area.csv").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    said = run("intake", "-w", loaded, "--data", delivery)
    assert_refused(said, 7, "DEMONSTRATION_KEY.txt", "not marked as synthetic")
    assert files_in(loaded) == before
