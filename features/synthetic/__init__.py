"""Synthetic partners: extracts as partners would send them, from a seeded, plausible world."""

from features.synthetic.summary import SyntheticSummary
from features.synthetic.world import DEFAULT_SEED, MARKER, make_partners

__all__ = ["DEFAULT_SEED", "MARKER", "SyntheticSummary", "make_partners"]
