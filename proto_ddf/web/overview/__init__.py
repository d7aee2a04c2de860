"""/: apps, sources, and what happened last."""
