"""The path of the Chromium that the tests use.

The headless shell is preferred: it is the same engine without the parts of a desktop browser, which take three
quarters of the processor time of a browser test."""

import shutil

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
MISSING = "Chromium is missing: run `apt-get install chromium-headless-shell`"
