"""What a question costs on Athena: worked out before it runs, kept count of after."""
