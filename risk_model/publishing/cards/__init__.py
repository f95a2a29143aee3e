"""The model card, one file per section."""
