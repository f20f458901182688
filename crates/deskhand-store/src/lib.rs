//! Events, positions and runs in SQLite.
