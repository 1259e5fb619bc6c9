"""Questions: SQL files with a header, found by name, put to a case."""
