-- Version 5: what a database of version 4 gains.  The conventions of schema.sql hold.

-- What is to be known of a hook beyond a run, besides that it is disabled (0: it is not).
ALTER TABLE hooks ADD COLUMN failing INTEGER NOT NULL DEFAULT 0; -- told since; 0: works, or not told
ALTER TABLE hooks ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;   -- when it asked to be left alone
ALTER TABLE hooks ADD COLUMN held INTEGER NOT NULL DEFAULT 0;    -- ... until when
