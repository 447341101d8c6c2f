"""Who is told of what happens to leads: deliveries out of a state's outbox, until they arrive."""
