"""What can be done: verbs over the models, one file per noun. They flush, never commit, and never see a request."""
