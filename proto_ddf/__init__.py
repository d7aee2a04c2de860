"""Proto-DDF: from a data source to a running data app, in the browser."""

__version__ = "0.1.0"
