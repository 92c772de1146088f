"""Where labelled texts come from; every source yields the same records."""
