"""Components that several pages use, and the layout around every page."""
