"""How a feature table is computed: ``local`` (DuckDB and the compiled kernel)."""
