"""Where state lives, behind one port."""
