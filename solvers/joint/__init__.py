"""Services that share money, land or sites, solved part by part (docs/mathematics.md, Joint counties)."""
