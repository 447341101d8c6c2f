"""Rules of other tools as policies.

Each source has a room of its own that reads its files into `foreign` rule sets; all that
follows is the same for all: `typed_fields` gives each field a type, `condition_texts` writes
conditions, `drafts` the policy, and `reports` says how each entry came over. What a source says
and a policy can't is refused by name, with its place: nothing is dropped silently.
"""
