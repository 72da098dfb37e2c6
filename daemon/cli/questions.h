/*
 * What only an archive of articles can tell of a topic: terms that never occur or match almost
 * everything, a NEAR that is never met, a NOT that removes all.  First the questions are asked of
 * each topic, then the articles are run over, then the answers are told.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/macro.h"
#include "cli/probes.h"
#include "match/query.h"
#include "match/query_lint.h"
#include "model/topic.h"

enum {
	QUESTIONS_ARTICLES_LEAST = 100, /* of fewer articles nothing can be said */
	QUESTIONS_COMMON_PERCENT = 75,  /* of the articles: almost everything */
};

struct finding {
	size_t topic;           /* index */
	unsigned column;        /* of its query */
	const char *kind;       /* a word for programs */
	const char *found;      /* a sentence without its full stop */
	const char *suggestion; /* what to write instead; NULL: nothing */
};

struct questions;

/* `probes` and `arena` (for all strings) are borrowed.  Returns 0 or -ENOMEM. */
int questions_new(struct probes *probes, struct arena *arena, struct questions **ret);
void questions_free(struct questions *questions);
DEFINE_CLEANUP(questions_freep, struct questions, questions_free)

/*
 * Asks about the query of topic number `index`.  `hinted`: also what might have been meant by terms
 * that never occur, which takes a few more probes a term.  Returns 0 or -errno.
 */
int questions_ask(struct questions *questions, const struct topic *topic, size_t index,
	const struct query_node *root, bool hinted);

/* Asks whether a finding of the query's form is borne out.  Returns 0 or -errno. */
int questions_ask_evidence(struct questions *questions, const struct topic *topic,
	const struct finding *finding, const char *evidence);

/* Tells the answers, after the articles.  `fn` returns 0, or what ends it.  Returns 0 or that. */
typedef int (*finding_fn)(const struct finding *finding, void *userdata);
int questions_answer(struct questions *questions, finding_fn fn, void *userdata);
