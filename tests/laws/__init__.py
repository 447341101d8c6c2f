"""Laws: what holds for every policy, lead and history, tried by hypothesis."""
