//! Events, ingestion and what will run on them; knows no vendor and no SQL.
