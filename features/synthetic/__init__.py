"""Synthetic partners: extracts as partners would send them, from a seeded, plausible world."""
