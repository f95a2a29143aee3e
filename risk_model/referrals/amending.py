"""Taking people out of lists that were issued already, and marking lists that a correction has overtaken.

A team's page and sheet lose the row; the page says that it was amended, since somebody may hold an earlier copy. What
the page counts stays as on the day it was made. ``lists.json`` keeps the days on which its lists were amended, or must
be made again, and the digest of every file as it is now.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

from features.rights.kept_sheets import rows_of, without_rows
from features.workspace import digest_file, read_json, write_json, write_text
from risk_model.referrals.changes import INDEX, LISTED, SCORES
from risk_model.referrals.wording import day_in_words

AMENDED, TO_REBUILD = "amended_on", "to_rebuild_since"
SAID = {
    AMENDED: "This list was amended on {day}. Use this copy, and destroy earlier ones. What it counts is as on the day "
    "it was made.",
    TO_REBUILD: "Something about a young person on this list was put right on {day}. Have the list made again before "
    "you use it.",
}
SHOWN = re.compile(r"NB-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{5}")
MAIN = "<main>\n"
_NOTICE = '<p class="demo amended" role="note"><strong>Please note.</strong> {said}</p>\n'


def pages_with(folder: Path, shown: Collection[str]) -> list[Path]:
    """The pages and sheets of a folder of lists that show one of these pseudonyms."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix in (".html", ".csv")]
    return [path for path in files if shown_in(path.read_text(encoding="utf-8")) & set(shown)]


def shown_in(text: str) -> set[str]:
    """Every pseudonym in a text.

    >>> shown_in('<a href="#NB-0000-0000-00001">')
    {'NB-0000-0000-00001'}
    """
    return set(SHOWN.findall(text))


def take_out(folder: Path, shown: Collection[str], on: date) -> int:
    """Take people out of every page and sheet of a folder of lists; how many files changed."""
    changed = pages_with(folder, shown)
    for path in changed:
        if path.suffix == ".csv":
            without_rows(path, lambda row: row.get("person", "") in shown)
        else:
            text = path.read_text(encoding="utf-8")
            for each in shown_in(text) & set(shown):
                text = _without(text, each)
            write_text(path, _with_notice(text, AMENDED, on))
    if changed:
        note(folder, AMENDED, on)
    return len(changed)


def mark_overtaken(folder: Path, shown: Collection[str], on: date) -> int:
    """Say on every page that shows one of these people that it must be made again; how many pages say so."""
    pages = [path for path in pages_with(folder, shown) if path.suffix == ".html"]
    for path in pages:
        write_text(path, _with_notice(path.read_text(encoding="utf-8"), TO_REBUILD, on))
    note(folder, TO_REBUILD, on)
    return len(pages)


def note(folder: Path, what: str = "", on: date | None = None) -> None:
    """Write a day, if there is one, into ``lists.json``, once; and the digests and numbers of rows as they are now."""
    index = read_json(folder / INDEX)
    if what:
        index[what] = sorted({*index.get(what, []), f"{on}"})
    for one in index["lists"]:
        one["files"] = {name: digest_file(folder / name) for name in one["files"]}
        chosen = [row["chosen"] for name in one["files"] if name.endswith(".csv") for row in rows_of(folder / name)]
        one["at_random"] = chosen.count("at random")
        one["listed"] = len(chosen) - one["at_random"]
    index["data"] = {name: digest_file(folder / name) for name in (SCORES, LISTED)}
    write_json(folder / INDEX, index)


def renumber(folder: Path, shown: Mapping[str, str]) -> int:
    """Everybody on the pages and sheets of a folder of lists under another pseudonym; how many files were written."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix in (".html", ".csv")]
    for path in files:
        write_text(path, renumber_text(path.read_text(encoding="utf-8"), shown))
    return len(files)


def renumber_text(text: str, shown: Mapping[str, str]) -> str:
    """A text with each pseudonym that has another now replaced.

    >>> renumber_text("NB-0000-0000-00001, NB-0000-0000-00002", {"NB-0000-0000-00001": "NB-7ZZZ-ZZZZ-ZZZZZ"})
    'NB-7ZZZ-ZZZZ-ZZZZZ, NB-0000-0000-00002'
    """
    return SHOWN.sub(lambda found: shown.get(found[0], found[0]), text)


def _without(text: str, shown: str) -> str:
    """A page without somebody's card and line."""
    name = re.escape(shown)
    text = re.sub(rf'<article class="card" id="{name}">.*?</article>\n?', "", text, flags=re.DOTALL)
    return re.sub(rf'\s*<tr>\s*<th scope="row"><a href="#{name}">.*?</tr>', "", text, flags=re.DOTALL)


def _with_notice(text: str, what: str, on: date) -> str:
    said = _NOTICE.format(said=SAID[what].format(day=day_in_words(on)))
    return text if said in text else text.replace(MAIN, MAIN + said, 1)
