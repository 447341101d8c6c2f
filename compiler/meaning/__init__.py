"""What a policy means: the reference interpreter, and what it is told of people and history."""
