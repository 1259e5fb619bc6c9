"""Run a request: frame, provenance, batch, widening search."""
