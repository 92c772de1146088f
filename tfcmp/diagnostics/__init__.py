"""What runs get wrong, and where: behaviour tests, contrast pairs, label errors, curves by length."""
