"""What happens at and around the cut: stock, forces, vibration, coolant, air, chips."""
