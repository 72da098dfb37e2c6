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

-- What is kept of its text to recognise it again; only dedup reads the bytes.  (Of articles of
-- versions 1 and 2 it stays in `fingerprints`.)
ALTER TABLE articles ADD COLUMN fingerprint BLOB;

-- Asked only about new ids in feeds that are known: from memory (entry_index.h).
DROP INDEX entries_by_link;
DROP INDEX entries_by_text;

-- Keys of stories and articles are given by keys.h, without a row written for each.  This is all
-- that AUTOINCREMENT means to the file: how a table is stored does not depend on it.
CREATE TABLE last_keys (
	name TEXT PRIMARY KEY,           -- of the table
	key INTEGER NOT NULL             -- the greatest that was ever given, as retention noted it
) STRICT, WITHOUT ROWID;
INSERT INTO last_keys SELECT name, seq FROM sqlite_sequence WHERE name IN ('stories', 'articles');
DELETE FROM sqlite_sequence WHERE name IN ('stories', 'articles');
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, ' AUTOINCREMENT', '')
	WHERE type = 'table' AND name IN ('stories', 'articles');
PRAGMA writable_schema = RESET;
