"""What one does with an account beside asking: set-up, copies, checks, discovery."""
