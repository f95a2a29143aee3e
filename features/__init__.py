"""Questions about data: partner extracts in, point-in-time feature tables out. Never imports ``risk_model``."""
