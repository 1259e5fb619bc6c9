"""Evidence that can be checked: how it was acquired, and what proves it whole."""
