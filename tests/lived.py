"""Small synthetic worlds lived in one piece, for tests that look at lives and not at files."""

from __future__ import annotations

from features.synthetic.communities import communities
from features.synthetic.living import AtMonth, Lived, live
from features.synthetic.truth import Setting


def lived_in_one_piece(setting: Setting, months: int | None = None, watch: AtMonth | None = None) -> Lived:
    """The only community of a world, lived."""
    (only,) = communities(setting)
    return live(only, lambda line: None, months=months, watch=watch)
