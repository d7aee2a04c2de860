"""The page of reports on errors."""
