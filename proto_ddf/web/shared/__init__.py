"""Components and states that several pages use. Nothing here imports the package of a feature."""
