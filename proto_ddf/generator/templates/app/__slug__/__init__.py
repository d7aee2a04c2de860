"""The app. Importing any part of it first keeps text from outside from being read as code."""

from .literal_guard import guard_literals

guard_literals()
