-- Version 3: what a database of version 2 gains.  The conventions of schema.sql hold.

-- Texts of articles that came in together: packed together they take less than half the room, and
-- one row.  A text that came later, with a change of its article, stands in `texts` (as do those of
-- versions 1 and 2); an article's is in one of both, or gone.
CREATE TABLE packets (
	key INTEGER PRIMARY KEY,         -- articles.key of the first one, perhaps forgotten
	first_seen INTEGER NOT NULL,     -- of the newest of its articles: all go with it
	texts BLOB NOT NULL              -- UTF-8, one behind another, as one zstd frame
) STRICT;
ALTER TABLE articles ADD COLUMN packet INTEGER;      -- packets.key, perhaps forgotten; NULL: none
ALTER TABLE articles ADD COLUMN text_at INTEGER;     -- in its texts, in bytes
ALTER TABLE articles ADD COLUMN text_length INTEGER;

-- Asked only about new ids in feeds that are known: from memory (entry_index.h).
DROP INDEX entries_by_link;
DROP INDEX entries_by_text;
