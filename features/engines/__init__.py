"""How a feature table is computed: ``local`` (DuckDB and the compiled kernel) or ``spark`` (the same kernel there)."""
