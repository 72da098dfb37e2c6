-- Version 2: what a database of version 1 gains.  The conventions of schema.sql hold.

-- What is known of a hook beyond a run of the daemon, by its name in the configuration.
CREATE TABLE hooks (
	name TEXT PRIMARY KEY,
	disabled INTEGER NOT NULL,       -- when it answered that it is gone; 0: it is not
	reason TEXT                      -- in words
) STRICT, WITHOUT ROWID;
