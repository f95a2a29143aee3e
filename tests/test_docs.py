"""The pages for readers are true: every command in them runs, every name and link in them is there.

Commands run in order, page by page, in a folder of their own that holds the small run as ``workspace/small``.
"""

from __future__ import annotations

import importlib
import json
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from features.feeds import FEEDS
from risk_model import cli
from tests.conftest import CHILDREN, HOUSE

PAGES = ("README.md", "docs/data_scientist.md", "docs/youth_justice_worker.md", "docs/governance_reviewer.md",
         "docs/own_data.md", "docs/json.md", "experiments/README.md", "model_cards/README.md",
         "CHANGELOG.md")  # fmt: skip
WITH_COMMANDS = tuple(page for page in PAGES if page.startswith(("README", "docs/")))
PUBLIC_DATA = HOUSE.parent / "shared" / "data"
NOT_FOR_A_PERSON = re.compile(r"offender|high[- ]risk|\bnominal\b|delinquent|criminals?\b", re.IGNORECASE)


@cache
def page(name: str) -> str:
    return (HOUSE / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[tuple[str, str]]:
    """(what follows the language on the fence, content) of every fenced block of one language, in order."""
    return re.findall(rf"^```{language} ?(\S*)\n(.*?)^```$", page(name), re.MULTILINE | re.DOTALL)


def commands(name: str) -> list[list[str]]:
    """Every command of a page's bash blocks, split as a shell would; comments left out."""
    text = "\n".join(content for _, content in blocks(name, "bash")).replace("\\\n", " ")
    return [words for line in text.splitlines() if (words := shlex.split(line, comments=True))]


def table(name: str, heading: str, level: str = "##") -> list[list[str]]:
    """The rows of the tables under a heading, as cells, without their heads."""
    section = page(name).split(f"\n{level} {heading}\n", 1)[1].split(f"\n{level} ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for at, row in enumerate(rows) if not is_head(rows, at)]


def is_head(rows: list[list[str]], at: int) -> bool:
    """Whether a row is a table's head, or the rule under it."""
    rule = re.compile(r"^[\s|:-]+$")
    return bool(rule.match("|".join(rows[at]))) or (at + 1 < len(rows) and bool(rule.match("|".join(rows[at + 1]))))


def quoted(text: str) -> list[str]:
    """Everything between backquotes."""
    return re.findall(r"`([^`]+)`", text)


@cache
def options() -> dict[str, set[str]]:
    """The options of every command, by its name."""
    group: Any = typer.main.get_command(cli.app)
    return {
        name: {option for parameter in command.params for option in parameter.opts} | {"--help"}
        for name, command in group.commands.items()
    }


@pytest.fixture
def home(small_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like the house to a command, with the small run in its workspace."""
    shutil.copytree(small_run, tmp_path / "workspace" / "small")
    for part in ("experiments", "features", "risk_model"):
        (tmp_path / part).symlink_to(HOUSE / part, target_is_directory=True)
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


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*## ", (HOUSE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def test_a_small_world_is_of_one_size_in_every_page() -> None:
    told = {words[words.index("--children") + 1] for name in WITH_COMMANDS for words in commands(name)
            if "--children" in words}  # fmt: skip
    assert told == {str(CHILDREN)}


@pytest.mark.parametrize("name", PAGES)
def test_every_command_and_option_named_in_a_page_exists(name: str) -> None:
    named = [each for each in quoted(page(name)) if "\n" not in each]
    for words in [*commands(name), *(each.split() for each in named if each.startswith("risk-model"))]:
        if words[0] == "risk-model" and len(words) > 1:
            known = options().get(words[1], {"--help"} if words[1] == "--help" else set())
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


def anchors(text: str) -> Iterator[str]:
    """The names under which headings can be linked to."""
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        yield re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


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


@pytest.mark.parametrize("step", ["intake", "features", "dictionary", "train", "audit", "card", "publish", "score"])
def test_what_a_step_writes_as_json_is_what_the_page_says(step: str, small_run: Path) -> None:
    written = json.loads((small_run.parent / "run.json").read_text(encoding="utf-8"))[step]
    documented = [quoted(row[0])[0] for row in table("docs/json.md", step)]
    assert {re.split(r"[.\[]", key)[0] for key in documented} == set(written)
    for key in documented:
        assert_there(written, key)


def test_what_a_run_writes_as_json_is_its_steps(small_run: Path) -> None:
    written = json.loads((small_run.parent / "run.json").read_text(encoding="utf-8"))
    assert set(written) == {quoted(row[0])[0] for row in table("docs/json.md", "run")}


def assert_there(value: Any, key: str) -> None:
    """That a documented key leads to something: ``[]`` is the first of a list, ``<...>`` the first of a table.

    A list with nothing in it, such as failures, has nothing further to look at.
    """
    for part in re.findall(r"\[\]|<[^>]+>|[^.\[\]<>]+", key):
        if part == "[]":
            assert isinstance(value, list), key
            if not value:
                return
            value = max(value, key=lambda each: len(str(each)))
        elif part.startswith("<"):
            assert isinstance(value, dict), key
            assert value, key
            value = next(iter(value.values()))
        else:
            assert part in value, key
            value = value[part]


def test_what_simulate_writes_as_json_is_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "figures.json"
    command = ["risk-model", "simulate", "-w", str(tmp_path / "w"), "--children", "500", "--json", str(out)]
    run(command, monkeypatch)
    written = json.loads(out.read_text(encoding="utf-8"))
    documented = [quoted(row[0])[0] for row in table("docs/json.md", "simulate")]
    assert {re.split(r"[.\[]", key)[0] for key in documented} == set(written)
    for key in documented:
        assert_there(written, key)


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
