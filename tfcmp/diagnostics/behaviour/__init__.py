"""Behaviour tests after CheckList (Ribeiro et al. 2020): generated texts with a known answer."""
