"""The app. Importing any part of it first puts the guard of string literals in place."""

from .literal_guard import guard_literals

guard_literals()
