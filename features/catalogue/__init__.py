"""The features, one file per theme, joined in one hand-written table."""
