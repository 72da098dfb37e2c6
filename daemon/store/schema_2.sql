-- Version 2: what a database of version 1 gains.  The conventions of schema.sql hold.

-- What is known of a hook beyond a run of the daemon, by its name in the configuration.
CREATE TABLE hooks (
	name TEXT PRIMARY KEY,
	destination BLOB NOT NULL,       -- digest of where it leads: another one is another hook
	disabled INTEGER NOT NULL,       -- when it answered that it is gone
	reason TEXT                      -- in words
) STRICT, WITHOUT ROWID;

-- The oldest of a hook's pending deliveries, and how many there are.
DROP INDEX deliveries_pending;
CREATE INDEX deliveries_of_hook ON deliveries (hook, id) WHERE state = 'pending';

-- The log of requests, for `wirewatch audit`: rows are only added at the end and taken from the
-- front, so that one costs next to nothing; `previous` leads back through those of one feed.  No
-- reference to feeds and no index: neither is ever looked for by feed.
CREATE TABLE requests (
	key INTEGER PRIMARY KEY,
	feed INTEGER NOT NULL,
	previous INTEGER NOT NULL,       -- requests.key of the feed's one before, perhaps forgotten
	started INTEGER NOT NULL,
	ended INTEGER NOT NULL,
	method TEXT NOT NULL,
	url TEXT NOT NULL,               -- asked first
	hops TEXT,                       -- redirects: "STATUS URL", one a line
	answered TEXT,                   -- whose answer it was; NULL: url
	moved TEXT,                      -- where permanent redirects led
	if_none_match TEXT,              -- as sent
	if_modified_since TEXT,
	user_agent TEXT,
	headers TEXT,                    -- names of further ones
	status INTEGER NOT NULL,         -- 0: there was no answer
	outcome TEXT NOT NULL,
	bytes INTEGER NOT NULL,
	etag TEXT,                       -- as received
	last_modified TEXT,
	freshness INTEGER NOT NULL,      -- how long the answer said it stays fresh; 0: it did not
	blocked_until INTEGER NOT NULL,  -- 0: the host did not ask to be left alone
	next_poll INTEGER NOT NULL,
	rule TEXT NOT NULL,              -- which set next_poll
	failures INTEGER NOT NULL,       -- in a row
	flags INTEGER NOT NULL           -- enum request_flags of model/request.h
) STRICT;
ALTER TABLE feeds ADD COLUMN last_request INTEGER NOT NULL DEFAULT 0; -- requests.key; 0: none

ALTER TABLE feeds ADD COLUMN last_page_request INTEGER NOT NULL DEFAULT 0; -- of its articles' pages

-- Alerts that wait for their topic's digest (MaxRate=, Digest=, Quiet=), and when it goes out.
ALTER TABLE topics ADD COLUMN window_start INTEGER NOT NULL DEFAULT 0; -- of MaxRate=
ALTER TABLE topics ADD COLUMN window_count INTEGER NOT NULL DEFAULT 0; -- alerts in it, sent at once
ALTER TABLE topics ADD COLUMN due INTEGER;                             -- NULL: nothing waits
ALTER TABLE topics ADD COLUMN parts INTEGER NOT NULL DEFAULT 0;        -- of the digest, made so far
CREATE INDEX topics_by_due ON topics (due) WHERE due IS NOT NULL;
CREATE TABLE gathered (
	topic TEXT NOT NULL,
	alert INTEGER NOT NULL REFERENCES alerts,
	PRIMARY KEY (topic, alert)
) STRICT, WITHOUT ROWID;
CREATE INDEX gathered_by_alert ON gathered (alert);

-- Retention goes by keys, which rise with time.
DROP INDEX articles_by_age;
DROP INDEX texts_by_age;

-- Of most stories there is one article: the site and the language of a story's first stand with
-- the story, those of the others apart.  (Of stories of version 1 all stand apart.)
ALTER TABLE stories ADD COLUMN host TEXT;
ALTER TABLE stories ADD COLUMN language TEXT;

-- Other languages in which a story is carried.
CREATE TABLE story_languages (
	story INTEGER NOT NULL REFERENCES stories ON DELETE CASCADE,
	language TEXT NOT NULL,
	PRIMARY KEY (story, language)
) STRICT, WITHOUT ROWID;
INSERT INTO story_languages (story, language)
	SELECT DISTINCT story, language FROM articles WHERE language <> '';

-- Entries whose articles wait for their web pages (FullText=): they are known (entries), and taken in
-- once the page was read, or the wait is over.
CREATE TABLE waiting (
	id INTEGER PRIMARY KEY,
	feed INTEGER NOT NULL REFERENCES feeds ON DELETE CASCADE,
	identity BLOB NOT NULL,          -- as in entries; a changed entry replaces what waits
	url TEXT NOT NULL,               -- of the page
	host TEXT NOT NULL,
	since INTEGER NOT NULL,
	due INTEGER NOT NULL,            -- when the page may be asked for
	tries INTEGER NOT NULL,
	renew INTEGER NOT NULL,          -- the page is to be asked for again: its entry changed
	entry BLOB NOT NULL,             -- the reader's answer, of this entry alone
	UNIQUE (feed, identity)
) STRICT;
CREATE INDEX waiting_by_host ON waiting (host, due, id);
CREATE INDEX waiting_by_age ON waiting (since);

-- Web pages that were fetched a short while ago, so that one is fetched once whatever feeds carry it.
CREATE TABLE pages (
	key TEXT PRIMARY KEY,            -- the address without what does not count (base/url.h)
	host TEXT,                       -- whom it was asked of; NULL: of nobody, it is another's canonical
	fetched INTEGER NOT NULL,
	note TEXT,                       -- why its text is not used; NULL: it is
	page BLOB                        -- the reader's answer; NULL: there is none
) STRICT, WITHOUT ROWID;
CREATE INDEX pages_by_host ON pages (host, fetched);
CREATE INDEX pages_by_age ON pages (fetched);

-- What sites let robots do (RFC 9309), and how long they asked to be left alone.
CREATE TABLE robots (
	origin TEXT PRIMARY KEY,         -- scheme, host and port
	expires INTEGER NOT NULL,        -- of the rules
	rules TEXT,                      -- those for us (extract/robots.h); NULL: nothing is allowed
	blocked INTEGER NOT NULL         -- until then; 0: no
) STRICT, WITHOUT ROWID;

-- Which text an article has: "page", why it is the feed's where the page was wanted, or NULL.
ALTER TABLE articles ADD COLUMN text_from TEXT;

-- Subscriptions of feeds to their hubs (WebSub), by the token at the end of their callback URL.
CREATE TABLE subscriptions (
	token TEXT PRIMARY KEY,
	feed TEXT NOT NULL,              -- feeds.url
	secret TEXT NOT NULL,            -- what the hub signs with
	hub TEXT NOT NULL,
	topic TEXT NOT NULL,
	state TEXT NOT NULL,             -- asked, active, denied, leaving
	distrusted INTEGER NOT NULL,     -- a push was missed
	lease_until INTEGER NOT NULL,    -- 0: none
	next_attempt INTEGER NOT NULL,   -- to subscribe, renew or leave
	failures INTEGER NOT NULL,       -- attempts in a row
	missed INTEGER NOT NULL,         -- polls that found what no push had brought
	last_push INTEGER NOT NULL,      -- 0: none
	reason TEXT                      -- of a denial or failure
) STRICT, WITHOUT ROWID;
