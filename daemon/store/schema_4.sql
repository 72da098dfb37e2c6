-- Version 4: what a database of version 3 gains.  The conventions of schema.sql hold.

-- How many rows there are: without an index of all, to count them is to read them.
CREATE TABLE row_counts (
	articles INTEGER NOT NULL,
	stories INTEGER NOT NULL,
	alerts INTEGER NOT NULL
) STRICT;
INSERT INTO row_counts SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM stories),
	(SELECT count(*) FROM alerts);

-- Most articles begin a story of their own, and hardly one is ever asked for by its id.  So neither
-- has an entry in an index: public ids end in the row's key (base/id.h), and a story has the key of
-- the article that began it.  The indexes are for all others, as they were before.
ALTER TABLE stories ADD COLUMN keyed INTEGER;        -- 1: the id ends in the key; NULL: it does not
ALTER TABLE articles ADD COLUMN keyed INTEGER;
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'id TEXT NOT NULL UNIQUE', 'id TEXT NOT NULL')
	WHERE type = 'table' AND name IN ('stories', 'articles');
UPDATE sqlite_schema SET name = 'stories_by_id',
	sql = 'CREATE UNIQUE INDEX stories_by_id ON stories (id) WHERE keyed IS NULL'
	WHERE name = 'sqlite_autoindex_stories_1';
UPDATE sqlite_schema SET name = 'articles_by_id',
	sql = 'CREATE UNIQUE INDEX articles_by_id ON articles (id) WHERE keyed IS NULL'
	WHERE name = 'sqlite_autoindex_articles_1';
UPDATE sqlite_schema SET sql = sql || ' WHERE keyed IS NULL OR story <> key'
	WHERE name = 'articles_by_story';

-- To look for the row that is referred to costs as much as an index.  Feeds stay for ever, and
-- retention asks by itself whether a story has articles left.
UPDATE sqlite_schema SET sql = replace(replace(replace(sql,
	' REFERENCES feeds ON DELETE CASCADE', ''), ' REFERENCES feeds', ''), ' REFERENCES stories', '')
	WHERE type = 'table' AND name IN ('entries', 'articles');
PRAGMA writable_schema = RESET;
