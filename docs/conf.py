"""The site: Markdown pages, some of them made by generate.py."""

project = "Warchest"
author = "The Warchest authors"
copyright = author
html_title = "Warchest"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "pydata_sphinx_theme"
html_sidebars = {name: [] for name in ("index", "start", "house-file", "commands", "engine", "search")}
html_theme_options = {
    "show_prev_next": False,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
}
html_show_sphinx = False
html_show_sourcelink = False
html_copy_source = False
