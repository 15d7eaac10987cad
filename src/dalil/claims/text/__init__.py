"""Text out of files, with what it says of itself and a map back to the bytes."""
