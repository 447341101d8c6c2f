"""The repository itself: its layout, CI, pages and examples."""
