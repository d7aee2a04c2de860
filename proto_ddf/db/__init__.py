"""Proto-DDF's own database: one SQLite file in the home folder."""
