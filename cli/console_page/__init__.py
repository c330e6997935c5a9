"""The console: a page that shows the machine at work, read-only, from nothing but AWS's own APIs."""
