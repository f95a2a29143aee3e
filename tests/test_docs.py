"""The pages for readers are true: every command in them runs, every name and link in them is there.

Commands run in order, page by page, in a folder of their own that holds the small run as ``workspace/small``.
"""

from __future__ import annotations

import importlib
import re
import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from features.feeds import FEEDS
from risk_model import cli
from tests.conftest import CHILDREN, HOUSE
from tests.pages import (
    PAGES,
    WITH_COMMANDS,
    anchors,
    blocks,
    commands,
    make_targets,
    named_in,
    options,
    page,
    quoted,
    table,
)

PUBLIC_DATA = HOUSE.parent / "shared" / "data"
MADE_BY_OTHER_TARGETS = ("bench.json", "soak.json")
NOT_FOR_A_PERSON = re.compile(r"offender|high[- ]risk|\bnominal\b|delinquent|criminals?\b", re.IGNORECASE)


@pytest.fixture
def home(small_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like the house to a command, with the small run in its workspace."""
    shutil.copytree(small_run, tmp_path / "workspace" / "small")
    (tmp_path / "experiments").symlink_to(HOUSE / "experiments", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", WITH_COMMANDS)
def test_the_commands_and_examples_of_a_page_run(name: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file_name, content in blocks(name, "csv"):
        (home / file_name).write_text(content, encoding="utf-8")
    for words in commands(name):
        if not any(word.startswith("../shared") for word in words):
            run(words, monkeypatch)
    for _, example in blocks(name, "python"):
        exec(compile(example, name, "exec"), {"__name__": "example"})


@pytest.mark.parametrize(
    "command", dict.fromkeys(" ".join(words) for name in WITH_COMMANDS for words in commands(name)
                             if "../shared" in " ".join(words)),
)  # fmt: skip
def test_the_commands_on_public_data_run(command: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not PUBLIC_DATA.exists():
        pytest.skip("../shared/data is not here")
    run(command.replace("../shared/data", str(PUBLIC_DATA)).split(), monkeypatch)


def run(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Run one command of a page; commands that are not ours are looked at instead."""
    if words[0] == "make":
        assert words[1] in make_targets()
        return
    if words[0] == "mlflow":
        assert Path(words[-1].removeprefix("sqlite:///")).exists()
        return
    if words == [".", ".venv/bin/activate"]:
        return
    assert words[0] == "risk-model", f"no page tells anybody to run {words[0]!r}"
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code, " ".join(words)


def test_a_small_world_is_of_one_size_in_every_page() -> None:
    told = {words[words.index("--children") + 1] for name in WITH_COMMANDS for words in commands(name)
            if "--children" in words}  # fmt: skip
    assert told == {str(CHILDREN)}


@pytest.mark.parametrize("name", PAGES)
def test_every_command_and_option_named_in_a_page_exists(name: str) -> None:
    named = named_in(name)
    for words in [*commands(name), *(each.split() for each in named if each.startswith("risk-model"))]:
        if words[0] == "risk-model" and len(words) > 1:
            known = options().get(words[1]) or options().get(" ".join(words[1:3])) or set()
            known = {"--help"} if words[1] == "--help" else known
            assert known, f"there is no command {words[1]}"
            assert {word for word in words if word.startswith("--")} <= known, " ".join(words)
        if words[0] == "make":
            assert words[1] in make_targets()
    every_option = set().union(*options().values())
    assert {each.split()[0] for each in named if each.startswith("--")} <= every_option
    assert {each.split()[1] for each in named if each.startswith("make ")} <= make_targets()


def test_every_command_has_its_line_in_the_readme() -> None:
    assert [quoted(row[0]) for row in table("README.md", "The commands")] == [[f"risk-model {c}"] for c in options()]


@pytest.mark.parametrize("name", PAGES)
def test_every_link_and_picture_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page(name)):
        if target.startswith("https://"):
            continue
        path, _, heading = target.partition("#")
        leads_to = (HOUSE / name).parent / path if path else HOUSE / name
        assert leads_to.exists(), target
        if heading:
            assert heading in set(anchors(leads_to.read_text(encoding="utf-8"))), target


@pytest.mark.parametrize("name", PAGES)
def test_every_file_named_in_a_page_is_there(name: str, small_run: Path) -> None:
    roots = (HOUSE, small_run)
    first = {path.name for root in roots for path in root.iterdir()}
    for named in named_in(name):
        path = Path(named.removeprefix("workspace/").removeprefix("small/"))
        is_ours = "/" in named and first & set(path.parts[:1]) and not re.search(r"[<>*=\s]", named)
        if is_ours and path.name not in MADE_BY_OTHER_TARGETS:
            assert any((root / path).exists() for root in roots), named


def test_every_place_on_the_map_exists_and_every_room_is_on_it() -> None:
    places = [place for row in table("README.md", "Map of the house") for place in quoted(row[0])]
    assert not [place for place in places if not (HOUSE / place).exists()]
    rooms = {f"{path.relative_to(HOUSE).as_posix()}{'/' if path.is_dir() else ''}"
             for package in ("features", "risk_model") for path in (HOUSE / package).iterdir()
             if path.suffix == ".py" or (path / "__init__.py").exists()}  # fmt: skip
    told_of_elsewhere = {"__init__.py", "errors.py", "workspace.py", "loading.py", "words.py", "document.py"}
    assert {room for room in rooms - set(places) if Path(room).name not in told_of_elsewhere} == set()


def test_every_word_of_the_glossary_is_in_the_code() -> None:
    rows = table("README.md", "Glossary")
    assert len(rows) > 40
    for term, code, meaning in rows:
        found = resolve(*quoted(code))
        assert found is not None, term
        assert meaning


def resolve(dotted: str) -> object:
    """What a dotted name in the code stands for."""
    parts = dotted.split(".")
    for at in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:at]))
        except ModuleNotFoundError:
            continue
        for part in parts[at:]:
            found = getattr(found, part)
        return found
    raise AssertionError(f"{dotted} is nowhere in the code")


@pytest.mark.parametrize("name", ["README.md", "docs/youth_justice_worker.md", "docs/governance_reviewer.md",
                                  "model_cards/README.md"])  # fmt: skip
def test_pages_for_workers_families_and_reviewers_put_the_child_first(name: str) -> None:
    assert not NOT_FOR_A_PERSON.findall(re.sub(r"`[^`]*`", "", page(name)))


def test_the_page_on_own_data_lists_every_extract_as_its_feed_reads_it() -> None:
    rows = {quoted(row[0])[0]: row for row in table("docs/own_data.md", "Files and columns")}
    assert set(rows) == {feed.file_name for feed in FEEDS}
    for feed in FEEDS:
        _, agreement, days, key, columns = rows[feed.file_name]
        assert (agreement, days) == (feed.agreement, str(feed.delay_days))
        assert tuple(quoted(key)) == feed.key
        assert quoted(columns) == [column.name for column in feed.columns]
        bold = set(re.findall(r"\*\*`(\w+)`\*\*", columns))
        assert bold == {column.name for column in feed.columns if column.required}


def test_the_changelog_names_this_version_and_its_date() -> None:
    version = tomllib.loads(page("pyproject.toml"))["project"]["version"]
    assert re.search(rf"^## \[{re.escape(version)}\].* - \d{{4}}-\d{{2}}-\d{{2}}$", page("CHANGELOG.md"), re.MULTILINE)


def test_every_experiment_is_in_the_log() -> None:
    pages = {path.name for path in (HOUSE / "experiments").glob("*.toml")}
    assert set(re.findall(r"\]\(([\w.]+\.toml)\)", page("experiments/README.md"))) == pages
    for name in pages:
        assert re.search(
            rf"^## \d{{4}}-\d{{2}}-\d{{2}}: {Path(name).stem}$", page("experiments/README.md"), re.MULTILINE
        )


def test_ci_runs_what_a_person_runs() -> None:
    script = HOUSE / ".ci" / "run"
    lines = [line for line in script.read_text(encoding="utf-8").splitlines() if line]
    assert lines[:2] == ["#!/usr/bin/env bash", "set -euo pipefail"]
    assert lines[-1] == "make test"
    assert script.stat().st_mode & 0o111
