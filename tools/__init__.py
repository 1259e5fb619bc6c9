"""What the project is made with; not part of the package."""
