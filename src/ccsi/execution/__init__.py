"""How training and synthesis are carried out: on which devices, and from which checkpoint on."""
