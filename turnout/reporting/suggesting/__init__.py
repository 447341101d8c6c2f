"""What outcomes say of a policy: evidence that holds, as patches that somebody may apply.

`lead_outcomes` in the log are held to `odds` (intervals, tests, a correction for how many were
made); `proposals` says what stands out, and `patches` makes a change of it that checks. Nothing is
applied.
"""
