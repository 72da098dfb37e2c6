-- What wirewatch keeps, in the words of the design.  This is version 1; a later version is a step of
-- its own in migrate.c, and a step that was ever released is not changed again.
--
-- Times are microseconds since 1970 UTC, but for `published`, which is seconds as feeds claim them.
-- Digests are 16 bytes (base/hash.h); NULL where there is none.  Names of states are text, so that a
-- new enumerator never changes the meaning of an old row.

PRAGMA application_id = 0x57495245; -- "WIRE"

-- A feed's polling state, by the URL in the configuration.
CREATE TABLE feeds (
	id INTEGER PRIMARY KEY,
	url TEXT NOT NULL UNIQUE,        -- as configured
	moved_url TEXT,                  -- adopted after permanent redirects
	title TEXT,                      -- the feed's own
	etag TEXT,                       -- validators, exactly as received
	last_modified TEXT,
	body BLOB,                       -- digest of the last document
	first_poll INTEGER NOT NULL,     -- 0: never
	last_poll INTEGER NOT NULL,
	last_success INTEGER NOT NULL,
	last_news INTEGER NOT NULL,      -- when an entry was last new
	next_poll INTEGER NOT NULL,
	interval INTEGER NOT NULL,       -- adapted to the feed's rhythm; 0: not yet
	rule TEXT NOT NULL,              -- which set next_poll
	health TEXT NOT NULL,
	failures INTEGER NOT NULL,       -- in a row
	failing_since INTEGER NOT NULL,
	error TEXT,                      -- the last failure in words
	diagnosis TEXT,                  -- what is wrong with its documents, in words
	primed INTEGER NOT NULL,         -- the first poll was done
	memory TEXT                      -- what the poller alone reads
) STRICT;

-- What is known of a feed's entries, to tell news from what was there before.
CREATE TABLE entries (
	feed INTEGER NOT NULL REFERENCES feeds ON DELETE CASCADE,
	identity BLOB NOT NULL,          -- digest of the id or what stands for it
	digest BLOB NOT NULL,            -- of the whole entry: a changed one has another
	link BLOB,                       -- digest of canonical link and title
	text BLOB,                       -- digest of title and text
	article INTEGER NOT NULL,        -- articles.key, which may be forgotten before the entry is
	seen INTEGER NOT NULL,           -- when it last stood in the feed
	PRIMARY KEY (feed, identity)
) STRICT, WITHOUT ROWID;
CREATE INDEX entries_by_link ON entries (feed, link) WHERE link IS NOT NULL;
CREATE INDEX entries_by_text ON entries (feed, text) WHERE text IS NOT NULL;

-- Stories, articles: AUTOINCREMENT, because a key that was ever used stands in indexes and entries.
CREATE TABLE stories (
	key INTEGER PRIMARY KEY AUTOINCREMENT,
	id TEXT NOT NULL UNIQUE,         -- public
	title TEXT,                      -- of its first article
	first_seen INTEGER NOT NULL,
	last_seen INTEGER NOT NULL,
	article_count INTEGER NOT NULL,
	site_count INTEGER NOT NULL
) STRICT;

-- The sites that carry a story.
CREATE TABLE story_sites (
	story INTEGER NOT NULL REFERENCES stories ON DELETE CASCADE,
	host TEXT NOT NULL,
	PRIMARY KEY (story, host)
) STRICT, WITHOUT ROWID;

-- What a story meant to a topic: told, or silently primed.
CREATE TABLE story_topics (
	story INTEGER NOT NULL REFERENCES stories ON DELETE CASCADE,
	topic TEXT NOT NULL,
	primed INTEGER NOT NULL,
	told INTEGER NOT NULL,           -- when the last alert was made; 0: none
	updated INTEGER NOT NULL,        -- when the last story.update was made; 0: none
	events INTEGER NOT NULL,         -- alerts so far
	PRIMARY KEY (story, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_topics_by_topic ON story_topics (topic, story);

CREATE TABLE articles (
	key INTEGER PRIMARY KEY AUTOINCREMENT,
	id TEXT NOT NULL UNIQUE,         -- public
	feed INTEGER NOT NULL REFERENCES feeds,
	story INTEGER NOT NULL REFERENCES stories,
	url TEXT,                        -- canonical
	title TEXT,
	author TEXT,
	source TEXT,                     -- the feed's title
	language TEXT,
	categories TEXT,                 -- one a line
	published INTEGER,               -- seconds, as claimed; NULL: not said
	first_seen INTEGER NOT NULL,
	host TEXT,                       -- the site that carries it
	relation TEXT NOT NULL,          -- to its story
	of INTEGER NOT NULL,             -- articles.key it was compared with, perhaps forgotten; 0: none
	similarity REAL NOT NULL,
	confidence REAL NOT NULL,
	why TEXT                         -- in words
) STRICT;
CREATE INDEX articles_by_story ON articles (story, key);
CREATE INDEX articles_by_age ON articles (first_seen);

-- Articles' texts, apart because they go earlier (Keep=) than all else (Remember=).
CREATE TABLE texts (
	article INTEGER PRIMARY KEY REFERENCES articles ON DELETE CASCADE,
	first_seen INTEGER NOT NULL,     -- the article's
	text BLOB NOT NULL               -- UTF-8 as one zstd frame
) STRICT;
CREATE INDEX texts_by_age ON texts (first_seen);

-- What is kept of a text to recognise it again; only dedup reads the bytes.
CREATE TABLE fingerprints (
	article INTEGER PRIMARY KEY REFERENCES articles ON DELETE CASCADE,
	bytes BLOB NOT NULL
) STRICT;

-- When a topic was first configured.
CREATE TABLE topics (
	name TEXT PRIMARY KEY,
	since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the user is told.  Alerts outlive their stories: public ids, no references.
CREATE TABLE alerts (
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,         -- public; webhook-id
	type TEXT NOT NULL,              -- "story.new" ...
	time INTEGER NOT NULL,
	topic TEXT,                      -- NULL: a health event
	story TEXT,                      -- public id
	title TEXT,
	url TEXT,
	feed TEXT,
	relation TEXT,
	event TEXT NOT NULL              -- the whole as JSON
) STRICT;
CREATE INDEX alerts_by_topic ON alerts (topic, key) WHERE topic IS NOT NULL;

-- Updates that came too soon after another of the same story and topic: the last one waits.
CREATE TABLE held (
	story_key INTEGER NOT NULL REFERENCES stories ON DELETE CASCADE,
	topic TEXT NOT NULL,
	due INTEGER NOT NULL,
	id TEXT NOT NULL,                -- from here on as in alerts
	type TEXT NOT NULL,
	time INTEGER NOT NULL,
	story TEXT,
	title TEXT,
	url TEXT,
	feed TEXT,
	relation TEXT,
	event TEXT NOT NULL,
	PRIMARY KEY (story_key, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_by_due ON held (due);

-- An alert for one hook; the pending ones are the outbox.
CREATE TABLE deliveries (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	alert INTEGER NOT NULL REFERENCES alerts ON DELETE CASCADE,
	hook TEXT NOT NULL,
	story TEXT,                      -- the alert's: order is kept within it; NULL: waits for none
	state TEXT NOT NULL,             -- pending, delivered, dead, dropped
	attempts INTEGER NOT NULL,
	created INTEGER NOT NULL,
	next_attempt INTEGER,            -- NULL while an earlier one of hook and story is pending
	last_attempt INTEGER NOT NULL,   -- 0: none
	error TEXT,                      -- the last attempt's, in words
	UNIQUE (alert, hook)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (hook, next_attempt)
	WHERE state = 'pending' AND next_attempt IS NOT NULL;
CREATE INDEX deliveries_in_order ON deliveries (hook, story, id)
	WHERE state = 'pending' AND story IS NOT NULL;
CREATE INDEX deliveries_pending ON deliveries (id) WHERE state = 'pending';
CREATE INDEX deliveries_dead ON deliveries (id) WHERE state = 'dead';
