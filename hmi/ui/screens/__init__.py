"""The screens that the navigation bar leads to."""
