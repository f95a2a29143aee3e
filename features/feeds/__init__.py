"""One file per partner extract: its contract, its codes, and how it becomes events."""
