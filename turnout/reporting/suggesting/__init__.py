"""What outcomes say of a policy: evidence that holds, as patches that somebody may apply.

`lived_leads` of the log are held to `odds` (intervals, tests, a correction for how many were
made); `proposals` says what stands out, and `edited_policy` makes a change of it that checks.
Nothing is applied.
"""
