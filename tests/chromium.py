"""Where the tests find a Chromium.

The headless shell comes first: the same engine without the parts of a desktop browser, which take three quarters of
the processor time of a browser test."""

import shutil

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
MISSING = "Chromium is missing: run `apt-get install chromium-headless-shell`"
