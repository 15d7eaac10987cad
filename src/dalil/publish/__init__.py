"""What leaves an archive for others: the case file, which a hostile expert verifies without us."""
