"""The pages: server-rendered, no SQL of their own; each page is an entry of pages.PAGES."""
