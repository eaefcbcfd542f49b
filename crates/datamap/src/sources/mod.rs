//! Sources: the databases and folders that can be scanned, and where their data came from.
