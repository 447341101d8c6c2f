"""Where entitlements, assignments, caps and the decision log are kept."""
