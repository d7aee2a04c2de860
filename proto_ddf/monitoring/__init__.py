"""What went wrong and how the whole is doing."""
