"""The store's columns for analysts: SQL by DuckDB and frames by Polars, without copying the columns."""
