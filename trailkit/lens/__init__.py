"""The lens: from records to the relations that a question reads."""
