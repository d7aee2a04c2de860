"""A catalogue of small schemas with the decisions that a careful person would make about an app of each (README.md)."""
