"""Audits, one file each; the only readers of protected characteristics."""
