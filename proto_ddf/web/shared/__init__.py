"""What several pages use: `components` and `state`. It knows no feature."""
