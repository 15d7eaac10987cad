"""Arabic, read by its own grammar: clitics, duals, verbal nouns, verbs before subjects, names without capitals."""
