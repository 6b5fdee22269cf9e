"""The machine itself: its figures, axes, spindle, tools and control."""
