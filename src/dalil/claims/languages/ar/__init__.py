"""Arabic, read by its own grammar: clitics, duals, verbal nouns, verbs before their subjects, names without capitals."""
