"""Long fault tests: what a kill, a damaged file or a changed byte must never do (``make soak``)."""
