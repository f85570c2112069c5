"""What people send us, read and checked, one file per noun. Forms know the words of the pages, not the services."""
