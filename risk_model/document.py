"""One page that stands alone, made from Markdown: style and plots inside it, readable on a phone and on paper.

The Markdown is the source. Raw HTML in it is shown, never run, and the page may load nothing from anywhere.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from risk_model.training.plots import Plot

STYLE = Path(__file__).with_name("document.css")
PLOTS = "plots"
"""Where a page's Markdown finds its plots: ``plots/<name>.png``."""
SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")
ALONE = re.compile(r"<p>(<img [^>]*>)</p>")
VERDICTS = {"passes": "passes", "could not tell": "attention", "needs attention": "attention", "fails": "fails"}
PAGE = """<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
{body}</main>
</body>
</html>
"""


def plain(text: str) -> str:
    """``text`` as Markdown that shows exactly it.

    >>> plain("needs <b> a_b | c")
    'needs \\\\<b\\\\> a\\\\_b \\\\| c'
    """
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: bool = True) -> str:
    """A Markdown table of cells that are already Markdown; all columns but the first hold figures, set to the right.

    >>> print(table(["Team", "Places"], [["Gateshead", "42"]]))
    | Team | Places |
    | :--- | ---: |
    | Gateshead | 42 |
    """
    rule = [":---", *(["---:" if numbers else ":---"] * (len(heads) - 1))]
    return "\n".join("| " + " | ".join(line) + " |" for line in (heads, rule, *rows))


def bullets(lines: Sequence[str]) -> str:
    """A Markdown list of lines that are already Markdown."""
    return "\n".join(f"- {line}" for line in lines)


def picture(plot: Plot) -> str:
    """A plot as Markdown, with what it shows in words."""
    return f"![{plain(plot.alt)}]({PLOTS}/{plot.name}.png)"


def render_page(title: str, markdown: str, plots: Sequence[Plot] = ()) -> str:
    """The page as HTML: contents, boxes and verdicts set apart, tables that scroll on a narrow screen, plots inside."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(markdown)
    images = {f"{PLOTS}/{plot.name}.png": plot for plot in plots}
    heads = _dress(tokens, images)
    body = parser.renderer.render(tokens, parser.options, {})
    body = body.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")
    body = ALONE.sub(r"<figure>\1</figure>", body)
    return PAGE.format(title=escape(title), style=STYLE.read_text(encoding="utf-8"), body=_with_contents(body, heads))


def _dress(tokens: list[Token], images: Mapping[str, Plot]) -> list[tuple[str, str]]:
    """Give headings their anchors, the first quotation its box, verdicts their colours and images their bytes."""
    heads: list[tuple[str, str]] = []
    boxed = False
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            heads.append((f"s{len(heads) + 1}", tokens[at + 1].content))
            token.attrSet("id", heads[-1][0])
        if token.type == "blockquote_open" and not boxed:
            token.attrSet("class", "summary")
            boxed = True
        if token.type == "th_open":
            token.attrSet("scope", "col")
        _dress_inline(token.children or [], images)
    return heads


def _dress_inline(children: list[Token], images: Mapping[str, Plot]) -> None:
    for at, child in enumerate(children):
        if child.type == "strong_open" and children[at + 1].content in VERDICTS:
            child.attrSet("class", f"verdict {VERDICTS[children[at + 1].content]}")
        if child.type == "image" and str(child.attrGet("src")) in images:
            encoded = base64.b64encode(images[str(child.attrGet("src"))].png).decode()
            child.attrSet("src", f"data:image/png;base64,{encoded}")


def _with_contents(body: str, heads: Sequence[tuple[str, str]]) -> str:
    """The body with its contents before the first section, where there are sections enough to need them."""
    if len(heads) < 4:
        return body
    links = "".join(f'<li><a href="#{anchor}">{escape(_unescaped(text))}</a></li>' for anchor, text in heads)
    contents = f'<nav aria-label="Contents"><ol>{links}</ol></nav>\n'
    first = body.index("<h2")
    return body[:first] + contents + body[first:]


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
