"""The line as physics and a timetable: pure, deterministic from a seed, time a parameter."""
