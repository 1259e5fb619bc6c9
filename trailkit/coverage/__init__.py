"""What was recorded, and so what an empty answer proves."""
