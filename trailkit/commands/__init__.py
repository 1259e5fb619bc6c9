"""The commands of the command line: what is typed, and what is printed."""
