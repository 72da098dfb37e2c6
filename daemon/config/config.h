/*
 * The configuration (wirewatch.conf(5)): read whole from one file or a folder with wirewatch.conf
 * and conf.d/, checked whole, immutable afterwards.  A reload makes a new one and swaps it.  All
 * strings belong to the configuration's arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/clock.h"
#include "config/errors.h"
#include "model/feed.h"
#include "model/hook.h"
#include "model/topic.h"

enum {
	CONFIG_TOTALS_SIZE = 128, /* bytes of config_totals() */
};

/* One of the accesses that the configuration owns. */
struct config_access {
	struct access *access;
	struct config_access *next;
};

struct config {
	struct arena *arena;
	/* [Daemon] */
	usec poll_interval;
	unsigned readers;
	const char *state_directory;
	const char *control_socket;
	const char *hook_socket; /* NULL: exec hooks are the daemon's own processes */
	const char **notify;     /* hooks of health events, "journal" too; NULL-terminated */
	usec remember;
	usec keep;
	usec keep_alerts;
	usec keep_failed; /* dead letters */
	unsigned host_connections;
	usec host_gap;
	unsigned max_transfers;
	const char *private_networks; /* AllowPrivateNetworks= */
	const char *user_agent;       /* composed from UserAgent= or Contact= */
	const char *public_url;       /* NULL: no pushes */
	const char *listen;           /* where there is a public_url */
	usec safety_interval;
	bool journal;          /* alerts to the journal too */
	bool group_may_change; /* by the control socket */
	/* the rest */
	struct feed *feeds;
	size_t feed_count;
	struct config_access *accesses; /* of the feeds */
	struct topic *topics;           /* their `notify` names "journal" too, unless Journal=no */
	size_t topic_count;
	struct hook *hooks; /* with "journal" among them unless Journal=no */
	size_t hook_count;
};

/*
 * Reads PATH (NULL: /etc/wirewatch).  Returns 0, or -EINVAL with every fault in *errors (file,
 * line, key, what was expected, the nearest known name).  With -EINVAL *ret is set too, to what
 * could be understood, so that the faults of its queries are told at once; a faulty configuration
 * is for nothing else (watch_load()).
 */
int config_load(const char *path, struct config_errors *errors, struct config **ret);

/* As config_load(), by a running daemon: a PATH that is a pipe is refused and not waited for. */
int config_load_again(const char *path, struct config_errors *errors, struct config **ret);

void config_free(struct config *config);
DEFINE_CLEANUP(config_freep, struct config, config_free)

/* "4 feeds, 1 topic, 2 hooks". */
char *config_totals(size_t feeds, size_t topics, size_t hooks, char ret[CONFIG_TOTALS_SIZE]);

/* Calls `warn` for what is allowed but unsafe, in words: VerifyTLS=no, passwords over http. */
void config_warn(const struct config *config, void (*warn)(const char *words));

/* The feed that the user means (feed_is_called()), or NULL. */
const struct feed *config_find_feed(const struct config *config, const char *name);

/* Whether a topic takes articles of the feed (its Feeds=: names and tag:NAME). */
bool config_topic_takes(const struct topic *topic, const struct feed *feed);
