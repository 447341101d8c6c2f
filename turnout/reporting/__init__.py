"""What a log says in numbers, what is out of line in them, and what to change in the policy.

`lead_facts` reads each event once, `fact_index` keeps what it found, `measures` counts it
(docs/reference/measures.md), `alerts` holds it to thresholds, and `suggesting` makes patches.
"""
