"""Who may see and do what, once more than one person uses an archive's pages. Off until the first account is made.

Accounts, sessions and the audit are in `accounts.db` beside the archive's own files: they are no evidence, so they are
in no log and in no export. What a person changes in the archive is in the custody log, under the account's name.
"""
