"""What a report says: text out of files, claims out of text, each with its exact words."""
