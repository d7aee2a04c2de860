"""What users start, watch, cancel and try again: durable operations made of steps."""
