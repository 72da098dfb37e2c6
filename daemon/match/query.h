/*
 * A topic's query as a tree (wirewatch-query(7)).  Everything lives in the arena it was parsed
 * into.  Words are tokenised already: what is compared later is in `struct query_token`.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	QUERY_DEPTH_MAX = 100,             /* of nested parentheses (1) */
	QUERY_DISTANCE_MAX = 100,          /* of NEAR (4) */
	QUERY_DISTANCE_DEFAULT = 4,        /* of NEAR without a number (1) */
	QUERY_ATLEAST_MAX = 100,           /* (4) */
	QUERY_CHAIN_MAX = 1000,            /* NEARs in a row: bounds the depth of the tree */
	QUERY_CHARS_MAX = 1024 * 1024,     /* of a query */
	QUERY_LIST_DEPTH_MAX = 32,         /* of lists in lists */
	QUERY_LIST_TERMS_MAX = 100 * 1000, /* that a query takes up from lists */
};

/* What of an article is searched, as bits. */
enum query_field {
	FIELD_TITLE = 1 << 0,
	FIELD_BODY = 1 << 1,
	FIELD_AUTHOR = 1 << 2,
	FIELD_URL = 1 << 3,
	FIELD_SOURCE = 1 << 4,
	FIELD_LANG = 1 << 5, /* by leading subtags: only at the start of the text */
	FIELD_CATEGORY = 1 << 6,
	FIELD_DEFAULT = FIELD_TITLE | FIELD_BODY,
	FIELD_COUNT = 7,
};

/* The name of a single field. */
const char *query_field_name(enum query_field field);

/* The field of a name in any case, or 0. */
unsigned query_field_from_name(const char *name, size_t length);

enum query_kind {
	QUERY_TERM,
	QUERY_REGEX,
	QUERY_AND,
	QUERY_OR,
	QUERY_NOT,
	QUERY_NEAR,
	QUERY_ATLEAST,
};

/* How a token is compared. */
enum query_mode {
	MODE_FOLDED,
	MODE_EXACT, /* before folding */
	MODE_STEMMED,
};

struct query_token {
	const char *text; /* folded, raw or stem by mode; WILDCARD_ONE in it is any character */
	size_t length;
	const char *folded; /* in every mode */
	size_t folded_length;
	uint32_t after;       /* tokenizer.h; 0: does not care */
	uint8_t before;       /* enum token_sign; 0: does not care */
	bool rest;            /* a prefix */
	bool one;             /* holds WILDCARD_ONE */
	enum query_mode mode; /* MODE_STEMMED never with wildcards */
};

struct query_node {
	enum query_kind kind;
	unsigned column; /* of the first character, in code points from 1 */
	unsigned end;    /* column behind the last one */
	unsigned open;   /* column of the innermost `(` around the node; 0: none of its own */
	unsigned prefix; /* column of the field prefix right before the node; 0: none */
	unsigned fields; /* of a term or regex: enum query_field */
	/* A term from a list, as it stands there; its columns are those of the `list:`.  Else NULL.
	 */
	const char *words;
	/* AND, OR: two or more; NEAR: two; NOT, ATLEAST: one */
	struct query_node **children;
	size_t child_count;
	/* QUERY_TERM */
	struct query_token *tokens;
	size_t token_count;
	/* QUERY_REGEX */
	const char *pattern;
	bool caseless;
	/* QUERY_NEAR */
	unsigned distance;
	bool ordered;
	/* QUERY_ATLEAST: at least so many; QUERY_NOT: so many NOTs in a row */
	unsigned number;
};

/* Whether the node is a list:NAME of several terms: they all have its column. */
bool query_is_list(const struct query_node *node);
