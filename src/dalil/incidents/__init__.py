"""Reports and footage of one event: weighing, linking, the ledger of disagreement."""
