"""/: the overview of apps, sources, and the latest operations and errors."""
