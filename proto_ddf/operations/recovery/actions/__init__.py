"""What the strategies do, by what they work on. Each function checks before it acts, and may run twice."""
