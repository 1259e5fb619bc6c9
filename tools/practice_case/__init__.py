"""The practice case: a generated trail with a known answer."""
