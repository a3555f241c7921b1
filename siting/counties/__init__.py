"""The nouns of a county folder: tables, sections, services, county, scenario."""
