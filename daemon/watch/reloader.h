/*
 * Reloads: the new configuration is read and its topics are compiled aside, a few at a time from
 * the loop, while the running one serves; then it is handed over whole, or refused with all its
 * faults.  One at a time: who asks meanwhile may have changed a file since, and is answered by
 * another after it.
 */
#pragma once

#include "base/clock.h"
#include "config/config.h"
#include "match/matcher.h"

struct reloader;

struct reloader_options {
	struct clock *clock;
	const char *path; /* of the configuration; borrowed */
	/* Puts it in force, or adds why not to the faults.  Takes both over in any case. */
	int (*apply)(struct config *config, struct matcher *matcher, struct config_errors *errors,
		void *userdata);
	/* Once for each reload, before those who asked for it are told. */
	void (*ended)(int r, const struct config_errors *errors, void *userdata);
	void *userdata;
};

/* What became of it: 0, or an error and its faults. */
typedef void (*reloader_done_fn)(int r, const struct config_errors *errors, void *userdata);

int reloader_new(const struct reloader_options *options, struct reloader **ret);

/* Who waits is told -ECANCELED.  Takes NULL. */
void reloader_free(struct reloader *reloader);

/* Asks for a reload; `done` comes later.  Returns 0 or -ENOMEM. */
int reloader_ask(struct reloader *reloader, reloader_done_fn done, void *userdata);

/* Who asked with that userdata has left. */
void reloader_forget(struct reloader *reloader, const void *userdata);
