"""/settings/usage: which pages are used, for what, and what fails there."""
