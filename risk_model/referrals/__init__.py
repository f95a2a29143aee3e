"""Scores, reasons and ranked referral lists on which people decide."""
